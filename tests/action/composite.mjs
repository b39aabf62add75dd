// Runs the steps of a composite action in a workspace, as a runner would, and tells what came of it.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import YAML from 'yaml'

import { fileCommands, workflowCommands } from './commands.mjs'
import { holds, interpolate } from './expressions.mjs'

// Only these pass from the developer's machine to a step: what else is set here must not decide a test.
const PASSED_ON = ['PATH', 'HOME', 'CARGO_HOME', 'RUSTUP_HOME', 'TMPDIR']

/**
 * @param {string} action     folder of action.yml
 * @param {string} workspace  folder of the checked-out repository
 * @param {{ inputs?: object, env?: object, event?: object }} options
 * @returns {{ failed: boolean, exitCode: number, ran: string[], outputs: object, commands: object[], log: string, summary: string }}
 */
export function runComposite(action, workspace, { inputs: given = {}, env: outer = {}, event = {} } = {}) {
  const manifest = YAML.parse(fs.readFileSync(path.join(action, 'action.yml'), 'utf8'))
  const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'composite-'))
  const contexts = {
    inputs: {},
    steps: {},
    env: { ...outer },
    github: { workspace, action_path: action, event_name: 'pull_request', event },
    runner: { os: 'Linux', arch: 'X64', temp },
  }
  for (const name of Object.keys(given)) {
    if (!(name in (manifest.inputs ?? {}))) throw new Error(`action.yml has no input ${name}`)
  }
  for (const [name, input] of Object.entries(manifest.inputs ?? {})) {
    contexts.inputs[name] = String(given[name] ?? interpolate(input.default, contexts))
  }

  const result = { failed: false, exitCode: 0, ran: [], commands: [], log: '', summary: '' }
  for (const [number, step] of manifest.runs.steps.entries()) {
    if (!holds(step.if, contexts, result.failed)) continue
    if (step.uses) throw new Error(`step ${number} uses ${step.uses}: this runner fetches nothing`)
    if (step.shell !== 'bash') throw new Error(`step ${number} asks for the shell ${step.shell}`)
    result.ran.push(step.id ?? step.name)

    const lent = Object.fromEntries(
      ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'].map((name) => [name, path.join(temp, `${name}-${number}`)]),
    )
    Object.values(lent).forEach((file) => fs.writeFileSync(file, ''))
    const script = path.join(temp, `step-${number}.sh`)
    fs.writeFileSync(script, interpolate(step.run, contexts))
    const ownEnv = Object.entries(step.env ?? {}).map(([name, value]) => [name, interpolate(value, contexts)])
    const run = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: workspace,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: {
        ...Object.fromEntries(PASSED_ON.filter((name) => name in process.env).map((name) => [name, process.env[name]])),
        ...contexts.env,
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: action,
        GITHUB_WORKSPACE: workspace,
        RUNNER_OS: 'Linux',
        RUNNER_TEMP: temp,
        ...lent,
        ...Object.fromEntries(ownEnv),
      },
    })
    if (run.error) throw run.error

    // The runner reads both streams for commands, each step with a fresh ear.
    result.log += run.stdout + run.stderr
    result.commands.push(...workflowCommands(run.stdout), ...workflowCommands(run.stderr))
    result.summary += fs.readFileSync(lent.GITHUB_STEP_SUMMARY, 'utf8')
    Object.assign(contexts.env, fileCommands(fs.readFileSync(lent.GITHUB_ENV, 'utf8')))
    if (step.id) contexts.steps[step.id] = { outputs: fileCommands(fs.readFileSync(lent.GITHUB_OUTPUT, 'utf8')) }
    if (run.status !== 0 && step['continue-on-error'] !== true) {
      result.failed = true
      result.exitCode = run.status
    }
  }
  result.outputs = Object.fromEntries(
    Object.entries(manifest.outputs ?? {}).map(([name, output]) => [name, interpolate(output.value, contexts)]),
  )
  return result
}
