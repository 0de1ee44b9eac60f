-- The institution that answers for each card that moved: its opener's if the card was found in its first months or
-- before it moved, or if it is a new card of the months judged; else of who held it. Cards that stayed are not told.
SELECT
  t.card_kind,
  t.card_id,
  CASE
    WHEN t.known_month IS NULL AND t.opened_month < j.first_month THEN m.holder_id
    WHEN t.known_month - t.opened_month >= j.young AND t.known_month >= m.moved_month THEN m.holder_id
    ELSE COALESCE(u.institution_id, t.institution_id)
  END AS answers_id
FROM traced AS t
INNER JOIN move AS m ON m.card_kind = t.card_kind AND m.card_id = t.card_id
CROSS JOIN judged AS j
LEFT JOIN outlet AS u ON u.outlet_id = t.outlet_id
