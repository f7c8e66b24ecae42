/**
 * The vocabulary of generated notes, most frequent first: English of notebooks, with some German, French, Chinese, Japanese and
 * Korean. `pickWord` draws by Zipf's law (Mandelbrot's form, weight 1 / (rank + 2.7)), as words of real texts are distributed.
 */

const COMMON = `the of and to a in is for it on that with as this be are from at by or not have was an but we if can will they
all you has one which there more when about so what up out no do time some then its other into first also only new use than
over our after like just how would two should any need make see between where through work back may day way good even because
most much each before very while under such here still now both these could them take set long last`;

const ORDINARY = `list plan week meeting note idea book page draft read write question answer project budget house garden kitchen
train ticket letter paper water bread coffee tea rice soup salt butter onion garlic tomato lemon apple recipe oven minutes hour
morning evening Monday Tuesday Wednesday Thursday Friday Saturday Sunday January March April June October December winter summer
river mountain forest bird blackbird swift heron oak birch meadow field path bridge station street city village harbour island
school university lecture chapter theory model data figure table result method sample measure error value function server client
network message version database index query cache memory disk browser page request response latency deploy release branch commit
review test bug fix issue log backup restore key password account device phone laptop screen battery cable printer invoice
contract rent insurance tax bank payment price order delivery address name number date year month photograph music concert
museum theatre film language grammar sentence word translation history century war peace law court citizen election market
company customer product design sketch colour shape line surface wood stone glass iron paint brush paper scissors needle thread
doctor appointment medicine sleep walk run swim bicycle tyre repair tool hammer screw drawer shelf lamp window door roof wall
remember forget decide compare check call ask send bring buy sell clean cook wash dry fold pack travel arrive leave wait start
finish open close move change keep lose find build break learn teach explain describe summarise estimate improve reduce`;

const ELSEWHERE = `und der die das nicht auch Gewächshaus Besprechung Überblick Straße Frühstück Wörterbuch Zusammenfassung Rückfrage Größe
Änderung Kühlschrank Fahrrad le la les des une avec pour être déjà après réunion résumé cahier forêt fenêtre français été
goûter bibliothèque rendez-vous œuvre 会議 予定 読書 料理 買い物 東京 笔记 计划 图书馆 天气 学习 旅行 메모 회의 여행`;

const STEMS = [COMMON, ORDINARY, ELSEWHERE].flatMap((words) => words.split(/\s+/));
const PLAIN = ORDINARY.split(/\s+/);
const COMPOUNDS = PLAIN.flatMap((word, index) =>
  [1, 7, 31].map((step) => `${word}-${PLAIN[(index + step) % PLAIN.length]}`),
);

export const VOCABULARY: readonly string[] = [...new Set([...STEMS, ...COMPOUNDS])];

const MANDELBROT = 2.7;
const CUMULATED = cumulate(VOCABULARY.map((_, rank) => 1 / (rank + 1 + MANDELBROT)));

/** `fraction`: 0 ≤ x < 1. */
export function pickWord(fraction: number): string {
  const wanted = fraction * (CUMULATED.at(-1) ?? 0);
  let [low, high] = [0, CUMULATED.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((CUMULATED[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return VOCABULARY[low] ?? '';
}

function cumulate(weights: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(weights, (weight) => {
    sum += weight;
    return sum;
  });
}
