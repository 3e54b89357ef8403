"""HL7 orders in: ORM^O01 and OMI^O23 over MLLP."""
