"""How fast the pages are, measured beside bare Flask in the same run. `./milepost bench`."""
