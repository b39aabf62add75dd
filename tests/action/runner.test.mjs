// The local runner itself: an ear that hears nothing would make every other test pass.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fileCommands, workflowCommands } from './commands.mjs'
import { holds, interpolate } from './expressions.mjs'

test('commands are heard as the runner hears them', () => {
  const names = (log) => workflowCommands(log).map((command) => command.name)
  assert.deepEqual(names('::error file=a,line=1::text\nplain ::error::no\n  ::warning::indented\r##[error]old form'), ['error', 'warning', 'error'])
  assert.deepEqual(names('::stop-commands::word\n::error::unheard\n::word::\n::notice::heard'), ['notice'])
  assert.deepEqual(names('::stop-commands::word\n::other::\n::error::unheard'), [])
})

test('file commands keep line breaks and refuse rubbish', () => {
  assert.deepEqual(fileCommands('a=1=2\nb<<END\nx\ny\nEND\n'), { a: '1=2', b: 'x\ny' })
  assert.throws(() => fileCommands('b<<END\nx\n'))
  assert.throws(() => fileCommands('rubbish\n'))
})

test('expressions', () => {
  const contexts = { inputs: { a: 'x' }, github: { event: {} }, steps: {}, env: {}, runner: {} }
  assert.equal(interpolate("<${{ inputs.a }}|${{ github.event.before || 'none' }}|${{ steps.s.outputs.o }}>", contexts), '<x|none|>')
  assert.equal(holds("${{ inputs.a != '' }}", contexts, false), true)
  assert.equal(holds("${{ inputs.a != '' }}", contexts, true), false)
  assert.equal(holds('${{ always() }}', contexts, true), true)
})
