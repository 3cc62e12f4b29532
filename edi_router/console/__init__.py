"""Floor 9: the console and the API, web pages over the same calls as the command line.

========== ==========================================================================================
module     holds
========== ==========================================================================================
`site`     what a console shows: a workspace, its ledger and archive, the configuration in force
`app`      the application: every router, the middleware, what an error looks like
`view`     how a page is made of a template: language, times, words, the person who looks
`words`    the words for states and kinds, English and Chinese
`access`   who may come in, and what each may see and do; the one place that decides it
`pages`    a module for each page: its routes, and nothing that another way in could not call as well
`api`      the same calls as JSON under `/api/v1`
========== ==========================================================================================

A page asks the ledger or a report through the `Sight` of who looks, gives the values to a template, and is done. It
keeps no state; whatever changes something is a form that is posted, and a verb of the ledger. Everything works without
JavaScript; `static/console.js` only saves clicks.
"""
