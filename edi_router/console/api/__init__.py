"""The API: the calls of the pages as JSON under `/api/v1`, for the programs of partners and of operators.

=============== ==================================================================================
module          holds
=============== ==================================================================================
`common`        what the routes share: guards, pages of a list, problems as they are documented
`models`        what is told of files, messages, outputs, deliveries and acknowledgements
`standing_models` what is told of registers, progress, books, tonight, alarms and partners
`submitting`    `POST /files`: a file handed over, once for each key
`items`         lists, and one thing with all around it
`answers`       acknowledgements: of a message, given to a partner, received from one
`standing`      progress, registers, books, tonight, alarms, partners
`deciding`      release, reject, waive, retry; many at once after a look
`description`   the OpenAPI description, and the page that lists the calls
=============== ==================================================================================

Who may call what is decided by `console.access`, and read through its `Sight`, as for the pages.
"""

from edi_router.console.api import answers, deciding, description, items, standing, submitting

ROUTERS = (
    description.router, submitting.router, items.router, answers.router, standing.router, deciding.router,
)  # fmt: skip
