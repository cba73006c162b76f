"""Work that comes back with the calendar: its days, its diary, its notices, the engine's schedules, the page."""
