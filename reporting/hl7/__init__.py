"""The HL7 v2 message, and the encoding of its fields."""
