// Throw-away git repositories for the tests.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.org',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
}

export function git(folder, ...args) {
  const run = spawnSync('git', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...IDENTITY } })
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`)
  return run.stdout.trim()
}

export function commitAll(folder, message) {
  git(folder, 'add', '--all', '--force')
  git(folder, 'commit', '--quiet', '--message', message)
  return git(folder, 'rev-parse', 'HEAD')
}

/** A repository of one commit; `files` maps paths to contents, `from` is a folder to copy first. */
export function repository({ from, files = {} } = {}) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'workspace-')))
  if (from) fs.cpSync(from, folder, { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
  write(folder, files)
  commitAll(folder, 'first')
  return folder
}

export function write(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, content)
  }
}
