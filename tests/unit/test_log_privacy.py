from pathlib import Path

from tests.fakes.hospital import draw_study, write_study
from tests.log_privacy import find_leaks, read_values


def test_what_a_study_says_of_its_patient_is_known(tmp_path: Path) -> None:
    write_study(tmp_path / "in", draw_study(7))
    assert {"P00007", "A00007", "19700101", "Phantom^Number7", "Number7"} <= read_values(tmp_path)


def test_a_log_that_speaks_of_a_patient_is_found_and_one_that_does_not_is_not(tmp_path: Path) -> None:
    write_study(tmp_path / "in", draw_study(7))
    (tmp_path / "node.log").write_text("INFO study uid-0123456789ab is complete\nWARNING no file of P00007\n")
    (leak,) = find_leaks(tmp_path, ["born 1970-01-01, 19700101.5, XP00007\n"])
    assert leak.startswith(f"{tmp_path}/node.log: 'P00007' in WARNING")
    (tmp_path / "node.log").unlink()
    assert len(find_leaks(tmp_path, ["the patient Number7 came\n"])) == 1


def test_a_line_of_ours_that_names_a_uid_is_found_and_one_of_another_program_is_not(tmp_path: Path) -> None:
    uid, moment = "2.25.215507517292247548500364303427837524460", "2026-11-21T18:01:30.668Z"
    said = [
        f"{moment} INFO    osteonode.receive: stored [sop_instance_uid={uid}]\n",
        f'{{"time": "{moment}", "message": "study {uid}"}}\n',
        f"I: Store SCP: {uid}\n",
        f'{{"time": "{moment}", "message": "again in 0.8444218515250481 s", "wait": 1.8444218515250481}}\n',
        f"{moment} INFO    osteonode.receive: 127.0.0.1 proposed 1.2.840.10008.5.1.4.1.1.1, uid-0123456789ab\n",
    ]
    assert len(find_leaks(tmp_path, said)) == 2
