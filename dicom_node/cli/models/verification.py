"""osteonode models verify: whether the bytes of a bundle are those that its manifest names."""

import typer

from dicom_node.cli.options import Bundle, Precision


def verify_models(bundle: Bundle = None, precision: Precision = "f32") -> None:
    """Compare the SHA-256 of every file of a bundle with its manifest; exit code 1 where one differs or is missing."""
    from dicom_node.cli.terminal import make_table, print_table
    from inference.zoo import BUNDLED, verify

    verifications = verify(bundle or BUNDLED, precision)
    table = make_table(("model", "version", "file", "state"))
    for each in verifications:
        table.add_row(each.model, each.version, each.file, each.state)
    print_table(table)
    if any(each.state != "ok" for each in verifications):
        from dicom_node.cli.terminal import explain

        explain(
            "the bundle is not the one that its manifest names",
            ("The node refuses to start with it: install it again.",),
        )
        raise typer.Exit(1)
