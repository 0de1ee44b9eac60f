"""Events from a Kafka topic: offsets are committed once the log has them, bad ones go to a rejects topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Unavailable
from duanka.intercept.answers import Answer
from duanka.intercept.stream import AT_ONCE, Message, line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from duanka.intercept.answers import Refused, Said

_TICK_S = 0.5
_PATIENCE_S = 30.0


@dataclass(frozen=True)
class Topics:
    """Where events come from, where bad ones go, and, where wanted, where answers go."""

    events: str
    rejects: str
    answers: str | None = None


class KafkaSource:
    """The messages of a topic by one member of a consumer group, until `stopped` says so.

    Columns: `config` as librdkafka takes it; `bootstrap.servers` and `group.id` are needed.
    Raises: BadInput if the client is not installed or a setting is wrong.
    """

    def __init__(
        self, config: Mapping[str, Any], topics: Topics, *, stopped: Callable[[], bool]
    ) -> None:
        try:
            import confluent_kafka as kafka
        except ImportError as error:
            raise BadInput(
                "the Kafka client is not installed",
                fix="install it with the extra, duanka[kafka]",
            ) from error
        self._kafka = kafka
        self._topics = topics
        self._stopped = stopped
        shared = {"auto.offset.reset": "earliest", "enable.auto.offset.store": False}
        try:
            self._consumer = kafka.Consumer({**shared, **config, "enable.auto.commit": False})
            own = {k: v for k, v in config.items() if not k.startswith(("group.", "session."))}
            self._producer = kafka.Producer({**own, "enable.idempotence": True})
        except (kafka.KafkaException, ValueError) as error:
            why = error.args[0]
            raise BadInput(
                f"Kafka refuses the settings: {why if isinstance(why, str) else why.str()}",
                fix="see the settings of librdkafka; bootstrap.servers and group.id are needed",
            ) from error
        self._consumer.subscribe([topics.events])
        self._batch: dict[str, Any] = {}

    def read(self) -> Sequence[Message] | None:
        """The next messages, none of them if nothing came for a while; None once stopped."""
        if self._stopped():
            return None
        got = self._consumer.consume(AT_ONCE, _TICK_S)
        self._batch = {}
        for one in got:
            if (error := one.error()) is None:
                self._batch[_where(one)] = one
            elif error.fatal() or not error.retriable():
                self._refuse(error)
        return [Message(one.value() or b"", where) for where, one in self._batch.items()]

    def _refuse(self, error: Any) -> None:
        """Nothing for what mends itself, such as the end of a partition.

        Raises: Unavailable for the rest.
        """
        passing = {
            self._kafka.KafkaError._PARTITION_EOF,  # noqa: SLF001 - the client's own name
            self._kafka.KafkaError.UNKNOWN_TOPIC_OR_PART,
        }
        if error.code() not in passing:
            raise Unavailable(
                f"Kafka does not answer: {error.str()}",
                where=self._topics.events,
                fix="see to the brokers; what was not committed comes again",
            )

    def done(self, messages: Sequence[Message], said: Sequence[Said]) -> None:
        """Nothing; rejects and answers are with the brokers, and then the offsets are committed."""
        del messages
        if self._topics.answers is not None:
            for one, told in zip(self._batch.values(), said, strict=True):
                if isinstance(told, Answer):
                    self._send(self._topics.answers, line(told), one, {})
        if self._producer.flush(_PATIENCE_S):
            raise Unavailable(
                "Kafka takes no rejects or answers",
                where=self._topics.rejects,
                fix="see to the brokers; nothing was committed, so the messages come again",
            )
        last: dict[tuple[str, int], int] = {}
        for one in self._batch.values():
            last[one.topic(), one.partition()] = one.offset() + 1
        marks = [self._kafka.TopicPartition(t, p, offset) for (t, p), offset in last.items()]
        try:
            self._consumer.commit(offsets=marks, asynchronous=False)
        except self._kafka.KafkaException as error:
            # another member may have taken the partition over: it reads the messages again, to no harm
            if error.args[0].fatal():
                self._refuse(error.args[0])

    def reject(self, message: Message, refused: Refused) -> None:
        """Nothing; the message goes to the rejects topic as it came, its reason in the headers."""
        one = self._batch[message.where]
        told = {"fault": refused.fault, "fix": refused.fix, "where": message.where}
        self._send(self._topics.rejects, message.raw, one, told)

    def _send(self, topic: str, value: bytes, of: Any, headers: dict[str, str]) -> None:
        pairs: list[tuple[str, str | bytes | None]] = list(headers.items())
        while True:
            try:
                self._producer.produce(topic, value, of.key(), headers=pairs)
                break
            except BufferError:
                self._producer.poll(0.1)

    def close(self) -> None:
        """Nothing; the group is left."""
        self._consumer.close()
        self._producer.flush(_PATIENCE_S)


def _where(message: Any) -> str:
    return f"{message.topic()}/{message.partition()}/{message.offset()}"
