"""How this implementation names itself: in every association, accepted or requested, and in each file it writes."""

#: Implementation Class UID (PS3.7 D.3.3.2): minted once for the product (UUID-derived, PS3.5 B.2); never changes.
IMPLEMENTATION_CLASS_UID = "2.25.221083430921356035371656887256419622432"
#: Implementation Version Name, at most 16 characters.
IMPLEMENTATION_VERSION_NAME = "OSTEONODE_0_1"
