-- What is known of a schedule: ScheduleRow.
name, cron, zone, next_us, last_us, missed, paused_us, paused_by, paused_reason, asked_us, asked_by
