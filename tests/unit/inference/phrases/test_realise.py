from inference.phrases.realise import realise, split_phrase


def test_tokens_become_sentences_with_their_slots_filled() -> None:
    tokens = split_phrase("{images1} shows a fracture ({percent}): low; seen, too. no other one.")
    text = realise(tokens, {"images1": "image 1 (series 2, instance 3)", "percent": "94%"})
    assert text == "Image 1 (series 2, instance 3) shows a fracture (94%): low; seen, too. No other one."


def test_a_slot_that_the_study_does_not_fill_leaves_no_text() -> None:
    assert realise(["{place2}", "."], {"place1": "wrist"}) == ""


def test_a_phrase_is_split_into_words_marks_and_slots() -> None:
    assert split_phrase("({percent1}), non-union.") == ["(", "{percent1}", ")", ",", "non-union", "."]
