-- Where the judging of alerts stands.
SELECT turn, memory FROM alert_judge WHERE name = 'hub'
