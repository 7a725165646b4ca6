/** The stand-in for the `electron` module of the main process. */
export { app } from './app.ts'
export { Menu, MenuItem } from './menu.ts'
export { dialog, ipcMain, net, protocol, screen, session, shell } from './services.ts'
export { BrowserWindow, webContents } from './window.ts'
