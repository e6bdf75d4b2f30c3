-- Whether a delivery (c) was kept aside: in quarantine, or of a tenant that nobody knew.
(c.verdict = 'quarantined' OR (c.verdict = 'unmatched' AND substr(c.reason, 1, 15) = 'unknown-tenant:'))
