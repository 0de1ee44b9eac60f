-- Every card with whom it was opened by: institution, outlet, employee, region, and what its peers are.
-- A card says its outlet and employee itself, or its application does, or the employee's desk.
SELECT
  c.card_kind,
  c.card_id,
  c.card_class,
  CASE WHEN o.organisation_id IS NULL THEN 'person' ELSE 'organisation' END AS holder_kind,
  COALESCE(u.outlet_kind, 'unknown') AS channel,
  COALESCE(c.institution_id, u.institution_id) AS institution_id,
  COALESCE(c.outlet_id, a.outlet_id, s.outlet_id) AS outlet_id,
  COALESCE(c.staff_id, a.staff_id) AS staff_id,
  u.region_code,
  c.opened_day,
  c.opened_month,
  v.known_day,
  v.known_month,
  COALESCE(v.self_found, 0) AS self_found
FROM card AS c
LEFT JOIN opened AS a ON a.card_kind = c.card_kind AND a.card_id = c.card_id
LEFT JOIN staff AS s ON s.staff_id = COALESCE(c.staff_id, a.staff_id)
LEFT JOIN outlet AS u ON u.outlet_id = COALESCE(c.outlet_id, a.outlet_id, s.outlet_id)
LEFT JOIN organisation AS o ON o.organisation_id = c.holder_id
LEFT JOIN verdict AS v ON v.card_kind = c.card_kind AND v.card_id = c.card_id
