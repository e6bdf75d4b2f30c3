"""Health: how long a refused credential keeps a connection from calling."""

from tieline.rules.outbound import health

NOW = 1_000_000_000


def test_a_well_connection_may_call() -> None:
    assert health.may_try(health.WELL, NOW)


def test_pauses_double_up_to_ten_minutes() -> None:
    state, pauses = health.WELL, []
    for _ in range(7):
        state = health.saw_refusal(state, NOW)
        pauses.append((state.again_us - NOW) // 1_000_000)
        assert not health.may_try(state, state.again_us - 1)
        assert health.may_try(state, state.again_us)
    assert pauses == [30, 60, 120, 240, 480, 600, 600]


def test_a_new_credential_may_be_tried_at_once_and_its_refusal_pauses_as_long_as_before() -> None:
    refused = health.saw_refusal(health.saw_refusal(health.WELL, NOW), NOW)

    renewed = health.renewed(refused, NOW)

    assert health.may_try(renewed, NOW)
    assert health.saw_refusal(renewed, NOW) == health.saw_refusal(refused, NOW)


def test_a_new_credential_changes_nothing_for_a_well_connection() -> None:
    assert health.renewed(health.WELL, NOW) == health.WELL


def test_a_call_that_was_to_find_out_and_got_no_answer_uses_no_pause() -> None:
    refused = health.saw_refusal(health.WELL, NOW)
    trying = health.saw_refusal(refused, NOW + 30_000_000)

    after = health.saw_nothing(trying, NOW + 30_000_000)

    assert after == health.Health(refused.refusals, NOW + 31_000_000)
    assert health.saw_nothing(health.WELL, NOW) == health.WELL
