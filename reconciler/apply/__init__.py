"""Carries a plan out: one signature at a time, each call intended durably before and recorded after."""
