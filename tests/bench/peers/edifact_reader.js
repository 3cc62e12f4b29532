// npm `edifact`: its reader, which validates elements and makes objects; one pass.
'use strict'
const fs = require('fs')
const [, , file, place] = process.argv
const Reader = require(place + '/node_modules/edifact/reader.js')

const text = fs.readFileSync(file, 'latin1')
const began = process.cpuUsage()
new Reader().parse(text)
const used = process.cpuUsage(began)
const peak = Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'ascii'))[1]) / 1000
console.log(JSON.stringify({ seconds: (used.user + used.system) / 1e6, megabytes: peak }))
