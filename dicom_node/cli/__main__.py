"""python -m dicom_node.cli is osteonode."""

from dicom_node.cli.main import main

main()
