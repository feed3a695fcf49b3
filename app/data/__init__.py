"""Documents, safely stored: tables from forms, rights, versions, audit."""
