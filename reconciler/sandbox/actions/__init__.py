"""The vendor's actions, one module each: parameters, rules, answer."""
