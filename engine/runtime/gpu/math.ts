/**
 * The functions that kernel texts call, for GLSL and WGSL.
 *
 * What the shading languages offer is too coarse (sin to 6e-4, expm1 by subtraction) and leaves NaN and the infinities
 * open: max(NaN, 0) may be 0, log(0) -88. So the functions are written out here, exact to a few units in the last place
 * and with JavaScript's answers at the edges. The polynomials are those of the Cephes library (S. Moshier, 1984-2000), but for
 * tanh, a quotient of two as in Eigen: within 4.2e-7 of the value at a third of the work.
 *
 * One text serves both languages: GLSL ES 3.00 without ?: (WGSL lacks it), rewritten for WGSL by `toWgsl`.
 */

const LIBRARY = `
bool crIsNan(float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }
float crNan(float x) { return uintBitsToFloat((floatBitsToUint(x) & 1u) | 0x7fc00000u); }
float crInf(float x) {
  uint bits = 0x7f800000u;
  if (x < 0.0) { bits = 0xff800000u; }
  return uintBitsToFloat(bits);
}
float crNum(float x) { return x; }
float crDiv(float a, float b) { return float(int(a) / int(b)); }
float crMod(float a, float b) { return float(int(a) - int(b) * (int(a) / int(b))); }
float crTrunc(float x) { if (abs(x) >= 8388608.0 || crIsNan(x)) { return x; } return float(int(x)); }
float crWhole(float x) { return float(int(x)); }
float crMax(float a, float b) {
  if (crIsNan(a)) { return a; }
  if (crIsNan(b)) { return b; }
  if (a > b) { return a; }
  return b;
}
float crMin(float a, float b) {
  if (crIsNan(a)) { return a; }
  if (crIsNan(b)) { return b; }
  if (a < b) { return a; }
  return b;
}
float crAbs(float x) { return abs(x); }
float crFloor(float x) { return floor(x); }
float crCeil(float x) { return ceil(x); }
float crRound(float x) { return floor(x + 0.5); }
float crSign(float x) {
  if (x > 0.0) { return 1.0; }
  if (x < 0.0) { return -1.0; }
  return x;
}
float crSqrt(float x) {
  if (x < 0.0) { return crNan(x); }
  if (x == 0.0 || x > 3.4028234e38 || crIsNan(x)) { return x; }
  return sqrt(x);
}
float crScale(float y, float k) {
  float h = floor(k * 0.5);
  return y * intBitsToFloat((int(h) + 127) * 8388608) * intBitsToFloat((int(k - h) + 127) * 8388608);
}
float crExpNear(float r) {
  float y = ((((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r
    + 1.6666665459e-1) * r + 5.0000001201e-1;
  return y * r * r + r;
}
float crExp(float x) {
  if (crIsNan(x)) { return x; }
  if (x > 88.722835) { return crInf(1.0); }
  if (x < -103.0) { return 0.0; }
  float k = floor(x * 1.44269504 + 0.5);
  float r = (x - k * 0.693359375) + k * 2.12194440e-4;
  return crScale(crExpNear(r) + 1.0, k);
}
float crExpm1(float x) {
  if (abs(x) < 0.34) { return crExpNear(x); }
  return crExp(x) - 1.0;
}
float crLogNear(float m) {
  float z = m * m;
  float y = ((((((((7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1) * m - 1.2420140846e-1) * m
    + 1.4249322787e-1) * m - 1.6668057665e-1) * m + 2.0000714765e-1) * m - 2.4999993993e-1) * m
    + 3.3333331174e-1) * m * z;
  return y - 0.5 * z;
}
float crExponent(float x) {
  int bits = floatBitsToInt(x);
  float e = float(bits / 8388608 - 126);
  if (intBitsToFloat((bits & 0x007fffff) | 0x3f000000) < 0.70710678) { e = e - 1.0; }
  return e;
}
float crMantissa(float x) {
  float m = intBitsToFloat((floatBitsToInt(x) & 0x007fffff) | 0x3f000000);
  if (m < 0.70710678) { return m + m - 1.0; }
  return m - 1.0;
}
float crLog(float x) {
  if (crIsNan(x)) { return x; }
  if (x < 0.0) { return crNan(x); }
  if (x < 1.17549435e-38) { return crInf(-1.0); }
  if (x > 3.4028234e38) { return x; }
  float e = crExponent(x);
  float m = crMantissa(x);
  return ((crLogNear(m) - e * 2.12194440e-4) + m) + e * 0.693359375;
}
float crLog1p(float x) {
  if (x > -0.29 && x < 0.41) { return crLogNear(x) + x; }
  return crLog(1.0 + x);
}
float crLog2(float x) { return crLog(x) * 1.44269504; }
float crLog10(float x) { return crLog(x) * 0.434294482; }
float crTanh(float x) {
  if (crIsNan(x)) { return x; }
  float c = min(max(x, -7.90531111), 7.90531111);
  float z = c * c;
  float p = (((((-2.76076847742355e-16 * z + 2.00018790482477e-13) * z - 8.60467152213735e-11) * z
    + 5.12229709037114e-8) * z + 1.48572235717979e-5) * z + 6.37261928875436e-4) * z + 4.89352455891786e-3;
  float q = ((1.19825839466702e-6 * z + 1.18534705686654e-4) * z + 2.26843463243900e-3) * z + 4.89352518554385e-3;
  return min(max(c * p / q, -1.0), 1.0);
}
float crSinh(float x) {
  if (abs(x) < 1.0) { float e = crExpm1(abs(x)); return crSign(x) * 0.5 * (e + e / (e + 1.0)); }
  float h = crExp(abs(x) * 0.5);
  return crSign(x) * (0.5 * h * h - 0.5 / h / h);
}
float crCosh(float x) {
  float h = crExp(abs(x) * 0.5);
  return 0.5 * h * h + 0.5 / h / h;
}
float crCbrt(float x) {
  if (x == 0.0 || crIsNan(x)) { return x; }
  float y = crExp(crLog(abs(x)) / 3.0);
  return crSign(x) * y;
}
float crOctant(float a) {
  float j = floor(a * 1.27323954473516);
  if (crMod(j, 2.0) == 1.0) { return j + 1.0; }
  return j;
}
float crReduced(float a, float j) {
  return ((a - j * 0.78515625) - j * 2.4187564849853515625e-4) - j * 3.77489497744594108e-8;
}
float crSinNear(float r) {
  float z = r * r;
  return ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
}
float crCosNear(float r) {
  float z = r * r;
  return ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
}
float crSin(float x) {
  float a = abs(x);
  if (a > 3.4028234e38 || crIsNan(x)) { return crNan(x); }
  if (a > 8192.0) { return sin(x); }
  float j = crOctant(a);
  float r = crReduced(a, j);
  float q = crMod(j, 8.0);
  float s = 1.0;
  if (x < 0.0) { s = -1.0; }
  if (q > 3.0) { s = -s; q = q - 4.0; }
  if (q == 2.0) { return s * crCosNear(r); }
  return s * crSinNear(r);
}
float crCos(float x) {
  float a = abs(x);
  if (a > 3.4028234e38 || crIsNan(x)) { return crNan(x); }
  if (a > 8192.0) { return cos(x); }
  float j = crOctant(a);
  float r = crReduced(a, j);
  float q = crMod(j, 8.0);
  float s = 1.0;
  if (q > 3.0) { s = -1.0; q = q - 4.0; }
  if (q == 2.0) { return -s * crSinNear(r); }
  return s * crCosNear(r);
}
float crTan(float x) { return crSin(x) / crCos(x); }
float crPowPositive(float a, float b) {
  if (a > 3.4028234e38 || abs(b) > 3.4028234e38) { return crExp(b * crLog(a)); }
  float e = crExponent(a);
  float m = crMantissa(a);
  float l = (crLogNear(m) + m) * 1.44269504;
  float whole = b * e;
  if (whole + b * l > 129.0) { return crInf(1.0); }
  if (whole + b * l < -150.0) { return 0.0; }
  float k = floor(whole + b * l + 0.5);
  if (k > 127.0) { k = 127.0; }
  float f = ((whole - k) + b * l) * 0.693147181;
  if (f > 0.5) { return crScale(crExp(f), k); }
  return crScale(crExpNear(f) + 1.0, k);
}
float crPow(float a, float b) {
  if (b == 0.0) { return 1.0; }
  if (crIsNan(a)) { return a; }
  if (crIsNan(b)) { return b; }
  if (b == 1.0) { return a; }
  if (b == 2.0) { return a * a; }
  if (b == 3.0) { return a * a * a; }
  if (b == -1.0 && a != 0.0) { return 1.0 / a; }
  if (b == 0.5 && a >= 0.0) { return crSqrt(a); }
  float odd = 0.0;
  float h = floor(b * 0.5);
  if (floor(b) == b && h + h != b) { odd = 1.0; }
  float y = 0.0;
  if (abs(a) < 1.17549435e-38) { if (b < 0.0) { y = crInf(1.0); } }
  else { y = crPowPositive(abs(a), b); }
  if (a < 0.0) {
    if (floor(b) != b && a > -3.4028234e38) { return crNan(a); }
    if (odd == 1.0) { return -y; }
  }
  return y;
}
`

interface Definition {
  readonly name: string
  readonly text: string
  readonly calls: readonly string[]
}

/** In the order of the text: a function stands behind all that it calls, as GLSL wants. */
const definitions: readonly Definition[] = LIBRARY.split(/\n(?=float |bool )/)
  .map((text) => text.trim())
  .filter((text) => text !== '')
  .map((text) => {
    const name = /^\w+ (\w+)/.exec(text)?.[1] as string
    return { name, text, calls: [...text.matchAll(/\bcr[A-Z]\w*/g)].map((m) => m[0]).filter((n) => n !== name) }
  })
const byName = new Map(definitions.map((d) => [d.name, d]))

/** Names of the functions and of all that they call, callees first. */
function closure(names: Iterable<string>): Definition[] {
  const needed = new Set<string>()
  const visit = (name: string): void => {
    const definition = byName.get(name)
    if (!definition) throw new Error(`the kernel library has no ${name}`)
    if (needed.has(name)) return
    needed.add(name)
    for (const callee of definition.calls) visit(callee)
  }
  for (const name of names) visit(name)
  return definitions.filter((d) => needed.has(d.name))
}

export const glslLibrary = (names: Iterable<string>): string =>
  closure(names)
    .map((d) => d.text)
    .join('\n')

const WGSL: readonly (readonly [RegExp, string])[] = [
  [/\b(float|bool) (cr[A-Z]\w*)\(([^)]*)\) \{/g, 'fn $2($3) -> $1 {'],
  [/\bfloat (\w+)(?=[,)])/g, '$1 : float'],
  [/\b(?:float|int|uint) (\w+) =/g, 'var $1 ='],
  [/\bfloatBitsToUint\(/g, 'bitcast<u32>('],
  [/\bfloatBitsToInt\(/g, 'bitcast<i32>('],
  [/\b(?:uint|int)BitsToFloat\(/g, 'bitcast<f32>('],
  [/\bfloat\b/g, 'f32'],
  [/\bint\(/g, 'i32('],
  // gpu.js calls a function `name` as fn_name
  [/\bcr[A-Z]\w*/g, 'fn_$&']
]

export const wgslLibrary = (names: Iterable<string>): string =>
  WGSL.reduce((text, [from, to]) => text.replace(from, to), glslLibrary(names))

/** Parameter names of a function of the library. */
export const parametersOf = (name: string): string[] =>
  [...(/\(([^)]*)\)/.exec(byName.get(name)?.text ?? '')?.[1] ?? '').matchAll(/float (\w+)/g)].map((m) => m[1] as string)

/** Functions of the library that a text calls. */
export const helpersIn = (text: string): string[] => [...new Set([...text.matchAll(/\bcr[A-Z]\w*/g)].map((m) => m[0]))]

const MATH: Readonly<Record<string, string>> = Object.fromEntries(
  definitions.map(({ name }) => [name.slice(2).toLowerCase(), name])
)

/** Kernel text with the library's functions in the place of JavaScript's. */
export function replaceMath(text: string): string {
  return text.replace(/\bMath\.(\w+)/g, (whole, name: string) => {
    const constant = (Math as unknown as Record<string, unknown>)[name]
    if (typeof constant === 'number') return String(constant)
    const own = MATH[name.toLowerCase()]
    if (!own) throw new Error(`${whole} has no kernel for the GPU: add it to engine/runtime/gpu/math.ts`)
    return own
  })
}
