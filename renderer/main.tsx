import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app/tokens.css'
import '@xyflow/react/dist/style.css'
import { App } from './app/App.tsx'
import { FIRST_EXAMPLE } from './app/examples.ts'
import { openExampleNow } from './app/files.ts'
import { startTexts } from './i18n/index.ts'

await startTexts()
openExampleNow(FIRST_EXAMPLE)
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>
)
