// The action, from inputs to outputs, on repositories made for the purpose.
//   PLIMSOLL_REPO    folder of action.yml and examples/
//   PLIMSOLL_BINARY  the binary to hand to the action
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { runComposite } from './composite.mjs'
import { commitAll, git, repository, write } from './workspace.mjs'

const repo = path.resolve(process.env.PLIMSOLL_REPO)
const bin = path.resolve(process.env.PLIMSOLL_BINARY)
const leaky = path.join(repo, 'examples/leaky-shop')
const tight = path.join(repo, 'examples/tight-shop')

const act = (workspace, inputs = {}, options = {}) =>
  runComposite(repo, workspace, { ...options, inputs: { bin, ...inputs } })
const annotations = (result, level) => result.commands.filter((command) => command.name === level)

// Never a literal here: a value that looks like a credential must not lie in this repository.
const password = () => `${randomBytes(9).toString('hex')}Qz`
const leak = () => ({ 'config.py': `DATABASE_URL = "postgres://app:${password()}@db.shop.internal:5432/app"\n` })

/** The planted secrets of the leaky shop, read from where they stand. */
function plantedSecrets() {
  const read = (name) => fs.readFileSync(path.join(leaky, name), 'utf8')
  const pick = (name, pattern) => {
    const match = read(name).match(pattern)
    assert.ok(match, `${name} no longer holds what this test looks for`)
    return match[1]
  }
  return [
    pick('storefront/.env', /postgres:\/\/\w+:(\w+)@/),
    pick('storefront/.env', /SESSION_SECRET=(\w+)/),
    pick('storefront/.env', /CHECKOUT_TOKEN=(\S+)/),
    pick('storefront/.npmrc', /_authToken=(\w+)/),
    pick('checkout/Dockerfile', /https:\/\/deploy:(\w+)@/),
    pick('mailer/settings.py', /SMTP_PASSWORD = "(\w+)"/),
    pick('mailer/id_ed25519', /KEY-----\n(\S+)/),
    pick('deploy/config.json', /"auth": "(\S+)"/),
    pick('deploy/.netrc', /password (\w+)/),
    pick('deploy/smoke-test.sh', /Basic (\w+=*)/),
    pick('.github/workflows/release.yml', /password: (\w+)/),
  ]
}

test('a leaking repository fails with annotations, summary and SARIF, and no secret in any of them', () => {
  const result = act(repository({ from: leaky }))
  assert.equal(result.failed, true)
  assert.equal(result.exitCode, 1)
  assert.equal(result.outputs['exit-code'], '1')
  assert.equal(result.outputs.verdict, 'fail')
  assert.ok(Number(result.outputs.findings) >= 20, `findings: ${result.outputs.findings}`)
  assert.ok(['high', 'critical'].includes(result.outputs['highest-severity']))

  // More than ten of a level in one step are dropped without a word.
  const check = result.commands
  for (const level of ['error', 'warning', 'notice']) {
    const own = check.filter((command) => command.name === level && !command.properties.includes('title=Plimsoll'))
    assert.ok(own.length <= 10, `${own.length} annotations of level ${level}`)
  }
  assert.ok(annotations(result, 'error').some((command) => command.properties.includes('file=')))

  assert.ok(result.summary.length > 0 && Buffer.byteLength(result.summary) < 1 << 20)
  assert.match(result.summary, /storefront\/Dockerfile/)

  const sarif = fs.readFileSync(result.outputs['sarif-file'], 'utf8')
  assert.equal(JSON.parse(sarif).version, '2.1.0')
  const json = fs.readFileSync(result.outputs['json-file'], 'utf8')
  assert.equal(JSON.parse(json).summary.verdict, 'fail')
  for (const secret of plantedSecrets()) {
    for (const [name, text] of Object.entries({ log: result.log, summary: result.summary, sarif, json })) {
      assert.ok(!text.includes(secret), `${name} shows a planted secret`)
    }
  }
})

test('a tidy repository passes and has nothing to say', () => {
  const result = act(repository({ from: tight }))
  assert.equal(result.failed, false, result.log)
  assert.equal(result.outputs['exit-code'], '0')
  assert.equal(result.outputs.verdict, 'pass')
  assert.equal(result.outputs.findings, '0')
  assert.equal(result.outputs['highest-severity'], '')
  assert.deepEqual(result.commands.filter(({ name }) => ['error', 'warning', 'notice'].includes(name)), [])
})

test('without a binary the action builds its own source, and the repository has no say in that', () => {
  // A compiler wrapper that would end the build, where cargo would look for it.
  const files = { '.cargo/config.toml': '[build]\nrustc-wrapper = "/nowhere/wrapper"\n', 'README.md': 'A shop.\n' }
  const env = process.env.CARGO_TARGET_DIR ? { CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR } : {}
  const result = act(repository({ files }), { bin: '' }, { env })
  assert.equal(result.outputs.verdict, 'pass', result.log)
})

test('what was switched off is not there', () => {
  const result = act(repository({ from: leaky }), { annotations: 'false', summary: 'false', sarif: 'false' })
  assert.equal(result.exitCode, 1)
  assert.equal(result.summary, '')
  assert.equal(result.outputs['sarif-file'], '')
  assert.ok(!result.commands.some((command) => command.properties.includes('file=')))
})

test('paths, extra formats and extra arguments reach the gate', () => {
  const workspace = repository({ from: leaky })
  const result = act(workspace, {
    paths: 'mailer\ndeploy',
    'format-extra': 'jsonl=extra report.jsonl\n',
    args: '--rule\nsudo\n',
    sarif: 'out.sarif',
  })
  const report = JSON.parse(fs.readFileSync(result.outputs['json-file'], 'utf8'))
  assert.deepEqual([...new Set(report.findings.map((finding) => finding.rule))], ['sudo'])
  assert.ok(report.findings.every((finding) => finding.location.path === 'mailer/Dockerfile'))
  assert.ok(fs.existsSync(path.join(workspace, 'extra report.jsonl')))
  assert.equal(result.outputs['sarif-file'], 'out.sarif')
  assert.ok(fs.existsSync(path.join(workspace, 'out.sarif')))
})

test('an SBOM is written, even where the gate fails', () => {
  const workspace = repository({ from: leaky })
  const result = act(workspace, { sbom: 'bom.json' })
  assert.equal(result.exitCode, 1)
  assert.equal(result.outputs['sbom-file'], 'bom.json')
  assert.equal(result.outputs['sbom-bundle-file'], '')
  const bom = JSON.parse(fs.readFileSync(path.join(workspace, 'bom.json'), 'utf8'))
  assert.equal(bom.bomFormat, 'CycloneDX')
  assert.ok(bom.components.some((component) => component.name === 'pino' && component.version === '9.5.0'))

  const spdx = act(repository({ from: tight }), { sbom: 'bom.spdx.json', 'sbom-format': 'spdx-json' })
  assert.equal(spdx.failed, false, spdx.log)
})

test('an SBOM signed with a key from the environment verifies, and a changed version does not', () => {
  const workspace = repository({ from: tight })
  const keys = fs.mkdtempSync(path.join(path.dirname(workspace), 'keys-'))
  const plimsoll = (...args) => spawnSync(bin, args, { cwd: workspace, encoding: 'utf8' })
  const keygen = plimsoll('keygen', '--no-passphrase', '--out', path.join(keys, 'shop'))
  assert.equal(keygen.status, 0, keygen.stderr)
  const key = fs.readFileSync(path.join(keys, 'shop.key'), 'utf8')

  const result = act(workspace, { sbom: 'bom.json', 'sign-key-env': 'SHOP_KEY' }, { env: { SHOP_KEY: key } })
  assert.equal(result.failed, false, result.log)
  const bundle = result.outputs['sbom-bundle-file']
  assert.equal(bundle, 'bom.json.sigstore.json')
  assert.ok(!result.log.includes(key.split('\n')[1]), 'the log shows the private key')

  const verify = () => plimsoll('verify', bundle, '--key', path.join(keys, 'shop.pub'), '--sbom', 'bom.json')
  const good = verify()
  assert.equal(good.status, 0, good.stderr)
  const bom = path.join(workspace, 'bom.json')
  fs.writeFileSync(bom, fs.readFileSync(bom, 'utf8').replaceAll('9.5.0', '9.5.1'))
  assert.equal(verify().status, 1)
})

test('no file name and no content can speak to the runner', () => {
  const hostile = 'x\n::error title=pwned::gotcha\n::add-mask::a\n##[error]pwned'
  const workspace = repository({
    files: {
      [`${hostile}/Dockerfile`]: 'FROM node\nADD . /app\nUSER root\n',
      '::warning file=a::pwned/Dockerfile': 'FROM node:latest\nUSER root\n::set-output name=a::pwned\n',
      'a%0A::error title=pwned::b.py': `password = "${password()}" # \r::error title=pwned::gotcha\n`,
      ...leak(),
    },
  })
  const result = act(workspace)
  assert.equal(result.exitCode, 1)
  const allowed = new Set(['error', 'warning', 'notice', 'group', 'endgroup'])
  for (const command of result.commands) {
    assert.ok(allowed.has(command.name), `the runner would obey ${command.name}`)
    // The runner splits properties at commas.
    const titles = command.properties.split(',').filter((property) => property.startsWith('title='))
    assert.ok(titles.length <= 1 && !titles.includes('title=pwned'), 'a file name became a property')
    assert.ok(!/^gotcha|^pwned/.test(command.text), 'content became an annotation')
  }
  assert.ok(annotations(result, 'error').length > 0, 'the findings themselves must still be there')
})

test('a path that looks like a flag or a command is a path', () => {
  const workspace = repository({ files: { '--exit-zero/config.py': leak()['config.py'] } })
  const result = act(workspace, { paths: '--exit-zero' })
  assert.equal(result.outputs['exit-code'], '1')
  const other = act(workspace, { paths: '$(touch pwned)' })
  assert.equal(other.outputs['exit-code'], '2')
  assert.ok(!fs.existsSync(path.join(workspace, 'pwned')))
})

test('an input that makes no sense is an error, not a pass', () => {
  const workspace = repository({ from: tight })
  for (const inputs of [{ 'fail-on': 'sometimes' }, { persona: 'grumpy' }, { 'config-ref': 'tail' }, { args: '--no-such-flag' }]) {
    const result = act(workspace, inputs)
    assert.equal(result.failed, true)
    assert.equal(result.outputs['exit-code'], '2', JSON.stringify(inputs))
    assert.equal(result.outputs.verdict, 'error')
  }
})

test('a broken step is not a pass: the verdict is given all the same', () => {
  const result = act(repository({ from: tight }), { bin: '/nowhere/plimsoll' })
  assert.deepEqual(result.ran, ['binary', 'verdict'])
  assert.equal(result.failed, true)
  assert.equal(result.outputs['exit-code'], '2')
  assert.equal(result.outputs.verdict, 'error')
})

test('a pull request cannot loosen its own gate when the configuration comes from the base', () => {
  const workspace = repository({ files: { ...leak(), 'plimsoll.toml': 'fail-on = "high"\n' } })
  const base = git(workspace, 'rev-parse', 'HEAD')
  git(workspace, 'switch', '--quiet', '--create', 'change')
  write(workspace, { 'plimsoll.toml': 'fail-on = "none"\n' })
  commitAll(workspace, 'loosen')

  assert.equal(act(workspace, { 'config-ref': 'head' }).outputs['exit-code'], '0')
  const event = { pull_request: { base: { sha: base } } }
  const strict = act(workspace, { 'config-ref': 'base' }, { event })
  assert.equal(strict.outputs['exit-code'], '1', strict.log)
  assert.ok(annotations(strict, 'notice').some(({ text }) => text.includes('alters the configuration')))

  // The merge commit that a pull request is checked out as needs no event.
  git(workspace, 'switch', '--quiet', 'main')
  git(workspace, 'merge', '--quiet', '--no-ff', '--message', 'merge', 'change')
  assert.equal(act(workspace, { 'config-ref': 'base' }).outputs['exit-code'], '1')

  const shallow = act(workspace, { 'config-ref': 'base' }, { event: { pull_request: { base: { sha: '0'.repeat(40) } } } })
  assert.equal(shallow.outputs['exit-code'], '1')
})

test('a base that is not there is an error that names the remedy', () => {
  const workspace = repository({ from: tight })
  const result = act(workspace, { 'config-ref': 'base' }, { event: { pull_request: { base: { sha: '1'.repeat(40) } } } })
  assert.equal(result.outputs['exit-code'], '2')
  assert.ok(annotations(result, 'error').some(({ text }) => text.includes('fetch-depth: 2')))
})
