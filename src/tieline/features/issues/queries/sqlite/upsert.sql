-- Add failures to their issues; one that was resolved is open again.
INSERT INTO issue (id, flow, source, connection, kind, status, words, count, subjects, first_us, last_us,
                   state, regressions)
VALUES {rows}
ON CONFLICT (id) DO UPDATE
SET count = issue.count + excluded.count, subjects = issue.subjects + excluded.subjects,
    words = excluded.words, first_us = min(issue.first_us, excluded.first_us),
    last_us = max(issue.last_us, excluded.last_us),
    state = CASE WHEN issue.state = 'resolved'
                   OR (issue.state = 'muted' AND issue.until_us <= excluded.last_us)
                 THEN 'open' ELSE issue.state END,
    until_us = CASE WHEN issue.until_us <= excluded.last_us THEN NULL ELSE issue.until_us END,
    actor = CASE WHEN issue.state = 'resolved' THEN 'tieline' ELSE issue.actor END,
    reason = CASE WHEN issue.state = 'resolved' THEN 'it failed again' ELSE issue.reason END,
    changed_us = CASE WHEN issue.state = 'resolved' THEN excluded.last_us
                      ELSE issue.changed_us END,
    regressions = issue.regressions + CASE WHEN issue.state = 'resolved' THEN 1 ELSE 0 END
