export class Frames {
  write(frames, out) {
    while (frames.length > 0) {
      const header = Buffer.alloc(8)
      header.writeUInt32BE(frames.pop(), 0)
      out(header)
    }
  }
}
