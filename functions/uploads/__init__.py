"""Evidence files: taken into quarantine, looked at by their content, released clean or refused with a reason."""
