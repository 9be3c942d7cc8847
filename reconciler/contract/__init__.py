"""The vendor's facts as tables: fields, choices, statuses, error codes. Nothing here does anything."""
