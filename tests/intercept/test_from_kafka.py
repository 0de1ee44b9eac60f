"""On the client's own mock cluster, in this process."""

import confluent_kafka as kafka
import pytest

from door_room import NOW_US, opened, transfer
from duanka.errors import BadInput
from duanka.intercept.from_kafka import KafkaSource, Topics
from duanka.intercept.stream import consume

TOPICS = Topics("events", "events.rejects", "answers")


@pytest.fixture(scope="module")
def cluster():
    """A producer that keeps a mock cluster of one broker alive, and its address."""
    keeper = kafka.Producer({"test.mock.num.brokers": 1})
    where = next(iter(keeper.list_topics(timeout=30).brokers.values()))
    address = f"{where.host}:{where.port}"
    for topic in ("events", "events.rejects", "answers"):
        keeper.list_topics(topic, timeout=30)  # the mock cluster makes a topic that is asked for
    yield address
    del keeper


def send(address, *values):
    producer = kafka.Producer({"bootstrap.servers": address})
    for value in values:
        producer.produce("events", value)
    assert producer.flush(60) == 0


def read(address, topic, count):
    consumer = kafka.Consumer(
        {"bootstrap.servers": address, "group.id": f"look-{topic}", "auto.offset.reset": "earliest"}
    )
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    consumer.assign([kafka.TopicPartition(topic, one, 0) for one in partitions])
    found = []
    while len(found) < count:
        found += [one for one in consumer.consume(count, 60) if one.error() is None]
    consumer.close()
    return found


class Until:
    """A source that is over once so many messages were marked."""

    def __init__(self, address, count, door_fails=False):
        self.left = count
        config = {"bootstrap.servers": address, "group.id": "duanka", "session.timeout.ms": 6000}
        self.inner = KafkaSource(config, TOPICS, stopped=lambda: self.left <= 0)
        self.read, self.reject, self.close = self.inner.read, self.inner.reject, self.inner.close

    def done(self, messages, said):
        self.inner.done(messages, said)
        self.left -= len(messages)


def test_offsets_follow_the_log_and_poison_goes_aside_with_its_reason(tmp_path, cluster):
    send(cluster, transfer(1).raw, b"poison", transfer(2).raw)
    with opened(tmp_path) as door:
        source = Until(cluster, 3)
        tally = consume(door, source, now_us=NOW_US)
        source.close()
        assert (tally.taken, tally.refused) == (2, 1)
        send(cluster, transfer(3).raw)
        source = Until(cluster, 1)
        tally = consume(door, source, now_us=NOW_US)
        source.close()
        assert (tally.read, tally.taken, tally.repeated) == (1, 1, 0)
    rejected = read(cluster, "events.rejects", 1)[0]
    assert rejected.value() == b"poison"
    assert "not a JSON object" in dict(rejected.headers())["fault"].decode()
    assert len(read(cluster, "answers", 3)) == 3


def test_a_setting_that_is_wrong_is_told():
    with pytest.raises(BadInput, match="settings"):
        KafkaSource(
            {"bootstrap.servers": "x", "group.id": "g", "no.such": "1"},
            TOPICS,
            stopped=lambda: True,
        )
