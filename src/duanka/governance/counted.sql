-- How many cards a kind of unit has, by what a card is compared with, month of opening, and when it became
-- known as implicated (null: it is not). The table `owned` holds every card under its unit.
-- Cards opened before the first month are counted in one month before it: they are stock, however old.
SELECT
  unit_id,
  card_kind,
  card_class,
  holder_kind,
  channel,
  CASE WHEN opened_month < first_month THEN first_month - 1 ELSE opened_month END AS opened_month,
  known_month,
  self_found,
  COUNT(card_kind) AS cards
FROM owned
CROSS JOIN horizon
WHERE unit_id IS NOT NULL
GROUP BY
  unit_id,
  card_kind,
  card_class,
  holder_kind,
  channel,
  CASE WHEN opened_month < first_month THEN first_month - 1 ELSE opened_month END,
  known_month,
  self_found
ORDER BY unit_id, card_kind, card_class, holder_kind, channel, opened_month, known_month, self_found
