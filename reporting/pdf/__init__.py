"""The report as pages for people: a statement in, the bytes of a PDF out. The one entry is `report.write_pdf`."""
