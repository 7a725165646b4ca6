/** Textures and buffers alive on the GPU, whoever made them. */
export function countAllocations() {
  const alive = new Set<unknown>()
  const [gl, device, buffer] = [WebGL2RenderingContext.prototype, GPUDevice.prototype, GPUBuffer.prototype]
  const before = {
    createTexture: gl.createTexture,
    deleteTexture: gl.deleteTexture,
    createBuffer: device.createBuffer,
    destroy: buffer.destroy
  }
  gl.createTexture = function () {
    const made = before.createTexture.call(this)
    alive.add(made)
    return made
  }
  gl.deleteTexture = function (texture) {
    alive.delete(texture)
    before.deleteTexture.call(this, texture)
  }
  device.createBuffer = function (descriptor) {
    const made = before.createBuffer.call(this, descriptor)
    alive.add(made)
    return made
  }
  buffer.destroy = function () {
    alive.delete(this)
    before.destroy.call(this)
    return undefined
  }
  return {
    alive: () => alive.size,
    restore: () => {
      gl.createTexture = before.createTexture
      gl.deleteTexture = before.deleteTexture
      device.createBuffer = before.createBuffer
      buffer.destroy = before.destroy
    }
  }
}
