from datetime import UTC, datetime

import msgspec

from duanka.web.access_log import AccessLog


def test_each_row_is_in_the_file_when_write_returns_and_each_day_has_its_own(tmp_path):
    now = [datetime(2026, 6, 1, 15, 59, 59, tzinfo=UTC)]
    log = AccessLog(tmp_path / "web", clock=lambda: now[0])
    log.write("/v1/answers", "200", key_id="k1", purpose="申诉 12", event_id="t1")
    first = tmp_path / "web" / "access-2026-06-01.jsonl"
    row = msgspec.json.decode(first.read_bytes())
    assert row == {
        "at": "2026-06-01T15:59:59+00:00",
        "key_id": "k1",
        "route": "/v1/answers",
        "outcome": "200",
        "purpose": "申诉 12",
        "event_id": "t1",
    }
    now[0] = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    log.write("/v1/events", "401", client="127.0.0.1")
    log.write("/v1/events", "403", key_id="k1")
    second = (tmp_path / "web" / "access-2026-06-02.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line)["outcome"] for line in second] == ["401", "403"]
    assert len(first.read_bytes().splitlines()) == 1
    assert first.stat().st_mode & 0o077 == 0
    log.close()


def test_a_log_that_was_closed_goes_on_behind_what_is_there(tmp_path):
    log = AccessLog(tmp_path, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
    log.write("/v1/events", "401")
    log.close()
    log.close()
    log.write("/v1/events", "403")
    log.close()
    (file,) = tmp_path.glob("access-*.jsonl")
    assert len(file.read_bytes().splitlines()) == 2


def test_a_line_end_in_a_purpose_makes_no_second_row(tmp_path):
    log = AccessLog(tmp_path)
    log.write("/v1/answers", "200", purpose='x"}\n{"forged": 1')
    log.close()
    (file,) = tmp_path.glob("access-*.jsonl")
    assert len(file.read_bytes().splitlines()) == 1
