-- How many cards of each unit were found implicated, by month of opening and month it became known.
WITH owned AS (
  SELECT 'institution' AS unit_kind, institution_id AS unit_id, card_kind, card_class, holder_kind, channel, opened_month, known_month, self_found
  FROM attributed
  WHERE known_month IS NOT NULL
  UNION ALL
  SELECT 'outlet' AS unit_kind, outlet_id AS unit_id, card_kind, card_class, holder_kind, channel, opened_month, known_month, self_found
  FROM attributed
  WHERE known_month IS NOT NULL
  UNION ALL
  SELECT 'staff' AS unit_kind, staff_id AS unit_id, card_kind, card_class, holder_kind, channel, opened_month, known_month, self_found
  FROM attributed
  WHERE known_month IS NOT NULL
  UNION ALL
  SELECT 'region' AS unit_kind, region_code AS unit_id, card_kind, card_class, holder_kind, channel, opened_month, known_month, self_found
  FROM attributed
  WHERE known_month IS NOT NULL
)
SELECT
  unit_kind,
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
  unit_kind,
  unit_id,
  card_kind,
  card_class,
  holder_kind,
  channel,
  CASE WHEN opened_month < first_month THEN first_month - 1 ELSE opened_month END,
  known_month,
  self_found
ORDER BY unit_kind, unit_id, card_kind, card_class, holder_kind, channel, opened_month, known_month, self_found
