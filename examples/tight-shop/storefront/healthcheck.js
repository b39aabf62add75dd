'use strict'

fetch('http://127.0.0.1:3000/health').then(
  (response) => process.exit(response.ok ? 0 : 1),
  () => process.exit(1)
)
