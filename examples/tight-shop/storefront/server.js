'use strict'

const http = require('node:http')
const escapeHtml = require('escape-html')
const pino = require('pino')
const { Pool } = require('pg')

const log = pino()
const pool = new Pool({ connectionString: process.env.DATABASE_URL })

const server = http.createServer(async (request, response) => {
  if (request.url === '/health') {
    response.end('well\n')
    return
  }
  const { rows } = await pool.query('SELECT name, price FROM goods ORDER BY name LIMIT 50')
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<ul>${rows.map((row) => `<li>${escapeHtml(row.name)}: ${row.price}</li>`).join('')}</ul>\n`)
})

server.listen(process.env.PORT ?? 3000, () => log.info('open'))
