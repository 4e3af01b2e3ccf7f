"""Where the portal runs: its template, the local runner, the publishers and the runbook. Nothing here is deployed."""
