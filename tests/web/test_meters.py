from prometheus_client.parser import text_string_to_metric_families

from duanka.web.meters import Meters, registry_of, text_of


def test_what_was_counted_is_told_as_prometheus_reads_it():
    meters = Meters()
    meters.requests["/v1/events", 200] += 3
    meters.refused_events += 2
    for seconds in (0.0005, 0.004, 60.0):
        meters.waited(seconds)
    meters.batch(64)
    text = text_of(registry_of(meters, lambda: 7, lambda: {"taken.transfer": 5})).decode()
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["duanka_http_requests_total", "/v1/events", "200"] == 3
    assert found["duanka_events_refused_total",] == 2
    assert found["duanka_waiting_events",] == 7
    assert found["duanka_door_total", "taken.transfer"] == 5
    assert found["duanka_wait_seconds_bucket", "0.001"] == 1
    assert found["duanka_wait_seconds_bucket", "0.005"] == 2
    assert found["duanka_wait_seconds_bucket", "+Inf"] == 3
    assert found["duanka_wait_seconds_count",] == 3
    assert found["duanka_batch_events_bucket", "64.0"] == 1
    assert found["process_resident_memory_bytes",] > 0


def test_nothing_counted_is_told_as_nothing():
    text = text_of(registry_of(Meters(), lambda: 0, dict)).decode()
    assert "duanka_answers_late_total 0.0" in text
