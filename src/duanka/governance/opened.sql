-- How many cards each unit opened in each month, by what a card is compared with.
-- Cards opened before the first month are counted in one month before it: they are stock, however old.
WITH owned AS (
  SELECT 'institution' AS unit_kind, institution_id AS unit_id, card_kind, card_class, holder_kind, channel, opened_month
  FROM attributed
  UNION ALL
  SELECT 'outlet' AS unit_kind, outlet_id AS unit_id, card_kind, card_class, holder_kind, channel, opened_month
  FROM attributed
  UNION ALL
  SELECT 'staff' AS unit_kind, staff_id AS unit_id, card_kind, card_class, holder_kind, channel, opened_month
  FROM attributed
  UNION ALL
  SELECT 'region' AS unit_kind, region_code AS unit_id, card_kind, card_class, holder_kind, channel, opened_month
  FROM attributed
)
SELECT
  unit_kind,
  unit_id,
  card_kind,
  card_class,
  holder_kind,
  channel,
  CASE WHEN opened_month < first_month THEN first_month - 1 ELSE opened_month END AS opened_month,
  COUNT(card_kind) AS cards
FROM owned
CROSS JOIN horizon
WHERE unit_id IS NOT NULL
GROUP BY
  unit_kind,
  unit_id,
  card_kind,
  card_class,
  holder_kind,
  channel,
  CASE WHEN opened_month < first_month THEN first_month - 1 ELSE opened_month END
ORDER BY unit_kind, unit_id, card_kind, card_class, holder_kind, channel, opened_month
