"""The parts of the body that no bundled model was trained on, as a header names them.

Only what is named here is refused before a model sees it. Limbs, hip and shoulder, parts in between and headers that
say nothing are left to the region model.
"""

#: BodyPartExamined (0018,0015), defined terms of PS3.16 Annex L and what modalities write, without spaces and signs.
UNSUPPORTED_BODY_PARTS = frozenset(
    {
        *("CHEST", "THORAX", "LUNG", "HEART", "RIB", "RIBS", "STERNUM", "CHESTABDOMEN", "CHESTABDPELVIS", "CHESTPORT"),
        *("ABDOMEN", "ABDOMENPELVIS", "KUB", "BLADDER", "KIDNEY", "COLON", "STOMACH", "ESOPHAGUS"),
        *("BREAST", "SKULL", "HEAD", "HEADNECK", "BRAIN", "FACE", "FACIALBONES", "NASALBONE", "ORBIT", "SINUS"),
        *("PARANASALSINUS", "MANDIBLE", "MAXILLA", "JAW", "JAWREGION", "TEETH", "TOOTH", "TMJ", "TMJOINT", "MASTOID"),
        *("ZYGOMA", "SELLA", "NECK", "LARYNX", "PHARYNX", "SPINE", "CSPINE", "TSPINE", "LSPINE", "CTSPINE", "TLSPINE"),
        *("LSSPINE", "SSPINE", "CERVICALSPINE", "THORACICSPINE", "LUMBARSPINE", "SACRUM", "COCCYX", "SACRUMCOCCYX"),
        *("WHOLESPINE", "WHOLEBODY", "TRUNK"),
    }
)

#: AnatomicRegionSequence (0008,2218): SNOMED CT, and the retired SNOMED-RT codes that older modalities write.
UNSUPPORTED_REGIONS = frozenset(
    {
        ("SCT", "816094009"),  # chest
        ("SCT", "51185008"),  # thoracic structure, the chest of earlier editions
        ("SRT", "T-D3000"),
        ("SCT", "78904004"),  # chest wall
        ("SRT", "T-D3050"),
        ("SCT", "39607008"),  # lung
        ("SRT", "T-28000"),
        ("SCT", "80891009"),  # heart
        ("SRT", "T-32000"),
        ("SCT", "113197003"),  # rib
        ("SRT", "T-11300"),
        ("SCT", "56873002"),  # sternum
        ("SRT", "T-11210"),
        ("SCT", "818981001"),  # abdomen
        ("SCT", "113345001"),  # abdominal structure, the abdomen of earlier editions
        ("SRT", "T-D4000"),
        ("SCT", "818982008"),  # abdomen and pelvis
        ("SCT", "416775004"),  # chest, abdomen and pelvis
        ("SRT", "R-FAB56"),
        ("SCT", "76752008"),  # breast
        ("SRT", "T-04000"),
        ("SCT", "69536005"),  # head
        ("SRT", "T-D1100"),
        ("SCT", "774007"),  # head and neck
        ("SRT", "T-D1000"),
        ("SCT", "89546000"),  # skull
        ("SRT", "T-11100"),
        ("SCT", "89545001"),  # face
        ("SRT", "T-D1200"),
        ("SCT", "363654007"),  # orbit
        ("SRT", "T-D14AE"),
        ("SCT", "74386004"),  # nasal bone
        ("SRT", "T-11149"),
        ("SCT", "13881006"),  # zygoma
        ("SRT", "T-11166"),
        ("SCT", "2095001"),  # paranasal sinus
        ("SRT", "T-22000"),
        ("SCT", "91609006"),  # mandible
        ("SRT", "T-11180"),
        ("SCT", "70925003"),  # maxilla
        ("SRT", "T-11170"),
        ("SCT", "38199008"),  # tooth
        ("SRT", "T-54010"),
        ("SCT", "53620006"),  # temporomandibular joint
        ("SRT", "T-15290"),
        ("SCT", "45048000"),  # neck
        ("SRT", "T-D1600"),
        ("SCT", "421060004"),  # spine
        ("SRT", "T-D04FF"),
        ("SCT", "122494005"),  # cervical spine
        ("SRT", "T-11501"),
        ("SCT", "122495006"),  # thoracic spine
        ("SRT", "T-11502"),
        ("SCT", "122496007"),  # lumbar spine
        ("SRT", "T-11503"),
        ("SCT", "1217256009"),  # thoraco-lumbar spine
        ("SCT", "1217253001"),  # lumbo-sacral spine
        ("SCT", "54735007"),  # sacrum
        ("SRT", "T-11AD0"),
        ("SCT", "64688005"),  # coccyx
        ("SRT", "T-11BF0"),
        ("SCT", "22943007"),  # trunk
        ("SRT", "T-D2000"),
        ("SCT", "38266002"),  # entire body
        ("SRT", "T-D0010"),
    }
)


def names_unsupported_part(body_part: str, regions: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a header names a part of the body that no bundled model was trained on.

    Args:
        body_part: BodyPartExamined as it stands.
        regions: (coding scheme designator, code value) of the items of AnatomicRegionSequence.
    """
    plain = "".join(character for character in body_part.upper() if character.isalnum())
    # SNM3 and 99SDM are older names of SNOMED-RT (PS3.16 section 8).
    schemes = {"SNM3": "SRT", "99SDM": "SRT"}
    named = {(schemes.get(scheme.strip(), scheme.strip()), code.strip()) for scheme, code in regions}
    return plain in UNSUPPORTED_BODY_PARTS or bool(named & UNSUPPORTED_REGIONS)
