"""The node on the network, HL7 included: every socket, disk and clock is here."""
