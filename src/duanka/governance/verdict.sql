-- Each card whose last word is that it is implicated: when that was first known since it was last cleared,
-- and whether the institution found it before police or court said so.
WITH cleared AS (
  SELECT card_kind, card_id, MAX(turn) AS turn
  FROM word
  WHERE implicated = 0
  GROUP BY card_kind, card_id
),
standing AS (
  SELECT w.card_kind, w.card_id, w.turn, w.known_day, w.known_month, w.self_found
  FROM word AS w
  LEFT JOIN cleared AS c ON c.card_kind = w.card_kind AND c.card_id = w.card_id
  WHERE w.implicated = 1 AND w.turn > COALESCE(c.turn, -1)
),
first_word AS (
  SELECT card_kind, card_id, MIN(turn) AS turn
  FROM standing
  GROUP BY card_kind, card_id
)
SELECT s.card_kind, s.card_id, s.known_day, s.known_month, s.self_found
FROM standing AS s
INNER JOIN first_word AS f
  ON f.card_kind = s.card_kind AND f.card_id = s.card_id AND f.turn = s.turn
