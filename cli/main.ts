/** The command line: the engine without a screen. Exit status 0 done, 1 the work failed, 2 the call was wrong. */

import { ProblemError, problemsOf } from '../engine/problem.ts'
import packageFile from '../package.json' with { type: 'json' }
import { UsageError } from './arguments.ts'
import { checkCommand } from './commands/check.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { gradcheckCommand } from './commands/gradcheck.ts'
import { opsCommand } from './commands/ops.ts'
import { planCommand } from './commands/plan.ts'
import { runCommand } from './commands/run.ts'
import { trainCommand } from './commands/train.ts'
import { FileError } from './files.ts'
import { print, printProblems, say } from './output.ts'

const commands: Readonly<Record<string, (args: readonly string[]) => number | Promise<number>>> = {
  ops: opsCommand,
  check: checkCommand,
  run: runCommand,
  gradcheck: gradcheckCommand,
  plan: planCommand,
  train: trainCommand,
  evaluate: evaluateCommand
}

const { version } = packageFile

const USAGE = `Usage: chainrule COMMAND

  ops [--json]                 every operator
  check GRAPH [--json]         validate, infer all shapes
  run GRAPH [--feed NAME=FILE.json]… [--backend cpu|wasm|webgl2|webgpu] [--dtype float32|float64]
            [--seed N] [--weights FILE] [--data NAME=DIR]… [--json]
                               one forward and one backward pass
  gradcheck GRAPH [--edges] [--forward] [--h H] [--json]
                               differences in float64 against autodiff, for each parameter (and edge)
  plan GRAPH [--of training|run] [--measure] [--backend …] [--data NAME=DIR]… [--json]
                               what runs: kernels, bytes, memory, and the time of each
  train GRAPH [--epochs N] [--batch-size N] [--seed N] [--data NAME=DIR]… [--backend …]
              [--weights IN.json] [--export OUT.json] [--json]
                               train, then evaluate on the test split
  evaluate GRAPH --weights FILE [--data NAME=DIR]… [--backend …] [--json]
                               loss and metrics on the test split

run, plan, train and evaluate take --threads N: how many threads compute on the CPU (one for each core, up to 8; at most 64).
CHAINRULE_DATA names a folder of data sets ($CHAINRULE_DATA/mnist).`

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help' || args.includes('--help')) {
    print(USAGE)
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    print(version)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    say(`There is no command "${name}".\n\n${USAGE}`)
    return 2
  }
  try {
    return await command(args)
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message}\n\n${USAGE}`)
      return 2
    }
    if (error instanceof FileError) say(error.message)
    else if (error instanceof ProblemError) printProblems(problemsOf(error), args.includes('--json'))
    else if (error instanceof DOMException && error.name === 'AbortError') say('cancelled')
    else throw error
    return 1
  }
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await main(process.argv.slice(2))
