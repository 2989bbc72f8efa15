/* What the board sets in htmx: every address is a real page, so the browser's own history is right. */
htmx.config.history = false;
