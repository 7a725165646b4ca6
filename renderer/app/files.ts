/** Opening and saving: a document is replaced only when the new one is whole. */
import i18next from 'i18next'
import type { OpenedFile } from '../../electron/ipc.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { defaultTraining, emptyDocument } from '../../engine/document/types.ts'
import { ProblemError, problem, problemsOf } from '../../engine/problem.ts'
import { graphIn, isPicture } from '../picture/embed.ts'
import { FILE_LIMIT, TooLarge } from '../platform/limits.ts'
import { platform } from '../platform.ts'
import { toast } from '../store/announce.ts'
import { askUnsaved, openDialog } from '../store/dialogs.ts'
import { load, markSaved, useEditor } from '../store/editor.ts'
import { positionOf } from '../store/history.ts'
import { messageOf } from './errors.ts'
import { exampleBytes } from './examples.ts'
import { fileNameOf } from './fileName.ts'
import { exportWeightsToFile, hasUnexportedWeights, mayLoseWeights } from './weights.ts'

const t = i18next.t.bind(i18next)

/** True when the open document may go with its weights: they are saved, or the person lets them go. */
async function mayReplace(): Promise<boolean> {
  const { dirty, document } = useEditor.getState()
  if (!dirty) return mayLoseWeights()
  const answer = await askUnsaved(document.name, hasUnexportedWeights())
  return answer === 'save' ? (await save()) && mayLoseWeights() : answer === 'discard'
}

export async function newDocument(): Promise<void> {
  if (!(await mayReplace())) return
  load({ ...emptyDocument, name: t('document.untitled'), training: defaultTraining }, { path: null, name: null })
}

/** Puts what was read into the editor. */
type Show = () => void

/** Reads a file's bytes; a file with problems is shown with all of them, and there is nothing to open. */
function readFile(bytes: Uint8Array, name: string, path: string | null): Show | null {
  try {
    const inside = isPicture(bytes) ? graphIn(bytes) : undefined
    if (inside === null) throw new ProblemError(problem('file.noGraph'))
    const { document, problems } = readGraph(inside === undefined ? bytes : new TextEncoder().encode(inside))
    return () => {
      // a picture is not written to: saving asks where
      load(document, inside === undefined ? { path, name } : { path: null, name: null })
      if (problems.length > 0) openDialog({ kind: 'problems', file: name, problems, about: 'warnings' })
    }
  } catch (error) {
    openDialog({ kind: 'problems', file: name, problems: problemsOf(error), about: 'graph' })
    return null
  }
}

/** Reads before it asks: for a file that cannot be opened nobody need give anything up. */
async function openBytes(bytes: Uint8Array, name: string, path: string | null): Promise<void> {
  const show = readFile(bytes, name, path)
  if (show && (await mayReplace())) show()
}

export const openFile = (file: OpenedFile): Promise<void> => openBytes(file.bytes, file.name, file.path || null)

export async function openByPicker(): Promise<void> {
  try {
    const file = await platform.openFile('graph')
    if (file) await openFile(file)
  } catch (error) {
    refuse(error, '')
  }
}

/** A file that was dropped on the window. */
export async function openDropped(file: File): Promise<void> {
  if (file.size > FILE_LIMIT) return refuse(new TooLarge(file.size), file.name)
  await openBytes(new Uint8Array(await file.arrayBuffer()), file.name, null)
}

function refuse(error: unknown, file: string): void {
  if (error instanceof TooLarge) {
    const problems = [problem('file.tooLarge', { bytes: error.bytes, limit: FILE_LIMIT })]
    openDialog({ kind: 'problems', file, problems, about: 'graph' })
  } else toast('failed', t('files.notOpened'), messageOf(error))
}

export async function openExample(id: string): Promise<void> {
  if (await mayReplace()) openExampleNow(id)
}

/** An example is nobody's file: saving it asks where. */
export function openExampleNow(id: string): void {
  const show = readFile(exampleBytes(id), `${id}.chainrule.json`, null)
  if (!show) return
  show()
  markSaved({ path: null, name: null })
}

async function write(path: string | null): Promise<boolean> {
  const { document, fileName, history } = useEditor.getState()
  const position = positionOf(history)
  const bytes = new TextEncoder().encode(writeGraph(document))
  try {
    const saved = await platform.saveFile({
      path,
      suggestedName: fileName ?? `${fileNameOf(document.name)}.chainrule.json`,
      kind: 'graph',
      bytes
    })
    if (!saved) return false
    markSaved({ path: saved.path || null, name: saved.name }, position)
    const saying = t('files.saved', { name: saved.name })
    if (hasUnexportedWeights()) {
      const action = { label: t('actions.exportWeights'), perform: () => void exportWeightsToFile() }
      toast('done', saying, t('weights.apart'), action)
    } else toast('done', saying)
    return true
  } catch (error) {
    toast('failed', t('files.notSaved'), messageOf(error))
    return false
  }
}

/** True when it was written. */
export const save = (): Promise<boolean> => write(useEditor.getState().path)
export const saveAs = (): Promise<boolean> => write(null)

/** All that is in no file yet: the graph, then the trained weights. True when it was written. */
export async function saveAll(): Promise<boolean> {
  if (useEditor.getState().dirty && !(await save())) return false
  return !hasUnexportedWeights() || exportWeightsToFile()
}
