-- What likely duplicates are found by: names in other scripts, web sites, identifiers.
-- Run by 0002_rules.

-- The bones of a name: without vowels, in Latin letters. A name is one word here, so that scripts
-- without spaces between words are compared with those that have them. `bones` in
-- orgs/matching/scripts.py does the same. No pattern with a reference to what it has found: that takes
-- 80 seconds for 16,000 letters.
CREATE FUNCTION bones(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(
        coalesce(string_agg(letter, '' ORDER BY place) FILTER (WHERE letter IS DISTINCT FROM before), ''),
        'fjlqvx|ÇÐÑÞßçðñþĆćĈĉĊċČčĎďĐđĜĝĞğĠġĢģĲĳĴĵĶķĹĺĻļĽľĿŀŁłŃńŅņŇňŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŹźŻżŽžſǄǅǆǇǈǉǊǋǌǦǧǨǩǰǱǲǳǴǵǸǹȐȑȒȓȘșȚț;ΒΓΔΖΘΚΛΜΝΞΠΡΣΤΦΧΨβγδζθκλμνξπρςστφχψϐϑϕϖϰϱϲϴϹЂЃЅЈЉЊЋЌЏБВГДЖЗКЛМНПРСТФХЦЧШЩбвгджзклмнпрстфхцчшщђѓѕјљњћќџҐґҒғҚқҢңҶҷӁӂӜӝӞӟӴӵԲԳԴԶԹԺԼԽԾԿՁՂՃՄՆՇՉՊՋՌՍՎՏՐՑՓՔՖբգդզթժլխծկձղճմնշչպջռսվտրցփքֆבגדוזחטךכלםמןנסףפץצקרשתبتثجخدذرزسشصضطظغفقكلمنٹپچڈڑژکگںंऋऌकखगघङचछजझञटठडढणतथदधनऩपफबभमरऱलळऴवशषसऽृॄॐक़ख़ग़ज़ड़ढ़फ़ॠॡॢॣ०१२३४५६७८९ॱॸॹॻॼॽॾॿঀংঋঌকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমরলশষসঽৃৄৎড়ঢ়ৠৡৢৣ০১২৩৪৫৬৭৮৯ৰৱৼਕਖਗਘਙਚਛਜਝਞਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਰਲਲ਼ਵਸ਼ਸਖ਼ਗ਼ਜ਼ੜਫ਼੦੧੨੩੪੫੬੭੮੯ੲੳੴંઋઌકખગઘઙચછજઝઞટઠડઢણતથદધનપફબભમરલળવશષસઽૃૄૐૠૡૢૣ૦૧૨૩૪૫૬૭૮૯ૹଂଋଌକଖଗଘଙଚଛଜଝଞଟଠଡଢଣତଥଦଧନପଫବଭମରଲଳଵଶଷସଽୃୄଡ଼ଢ଼ୠୡୢୣ୦୧୨୩୪୫୬୭୮୯ஂஃகஙசஜஞடணதநனபமரறலளழவஶஷஸௐ௦௧௨௩௪௫௬௭௮௯ంఄఋఌకఖగఘఙచఛజఝఞటఠడఢణతథదధనపఫబభమరఱలళఴవశషసఽృౄౘౙౚౝౠౡౢౣ౦౧౨౩౪౫౬౭౮౯ಀಂಋಌಕಖಗಘಙಚಛಜಝಞಟಠಡಢಣತಥದಧನಪಫಬಭಮರಱಲಳವಶಷಸಽೃೄೝೞೠೡೢೣ೦೧೨೩೪೫೬೭೮೯ೱೲഀംഄഋഌകഖഗഘങചഛജഝഞടഠഡഢണതഥദധനഩപഫബഭമരറലളഴവശഷസഺഽൃൄൎൔൖൠൡൢൣ൦൧൨൩൪൫൬൭൮൯ൺൻർൽൾൿංඅආඇඈඉඊඋඌඍඎඏඐඑඒඓඔඕඖකඛගඝඞඟචඡජඣඤඥඦටඨඩඪණඬතථදධනඳපඵබභමඹයරලවශෂසහළෆාැෑිීුූෘෙේෛොෝෞෟ෦෧෨෩෪෫෬෭෮෯ෲෳกขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮฯใไๅๆ๐๑๒๓๔๕๖๗๘๙ກຂຄຆງຈຉຊຌຍຎຏຐຑຒຓດຕຖທຘນບປຜຝພຟຠມຣລຨຩສຫຬຮຯັົຼຽໆ໐໑໒໓໔໕໖໗໘໙ໜໝໞໟༀ༠༡༢༣༤༥༦༧༨༩ཀཁགགྷངཅཆཇཉཊཋཌཌྷཎཏཐདདྷནཔཕབབྷམཙཚཛཛྷཞཟའརལཤཥསཀྵཪཫཬྈྉྊྋྌကခဂဃငစဆဇဈဉညဋဌဍဎဏတထဒဓနပဖဗဘမရလသဠဵံဿ၀၁၂၃၄၅၆၇၈၉ၐၑၒၓၔၕၖၗၘၙၚၛၜၝၡၥၦၮၰၵၶၷၸၹၺၻၼၽၾၿႀႅႎ႐႑႒႓႔႕႖႗႘႙ბგდვზთკლმნპჟრსტფქღყშჩცძწჭხჯჼᄀᄁᄂᄃᄄᄅᄆᄇᄈᄉᄊᄌᄍᄎᄏᄐᄑᆨᆩᆪᆫᆬᆭᆮᆯᆰᆱᆲᆳᆴᆵᆶᆷᆸᆹᆺᆻᆼᆽᆾᆿᇀᇁለሉሊላሌልሎሏመሙሚማሜምሞሟሠሡሢሣሤሥሦሧረሩሪራሬርሮሯሰሱሲሳሴስሶሷሸሹሺሻሼሽሾሿቀቁቂቃቄቅቆቇቈቊቋቌቍቐቑቒቓቔቕቖቘቚቛቜቝበቡቢባቤብቦቧቨቩቪቫቬቭቮቯተቱቲታቴትቶቷቸቹቺቻቼችቾቿኀኁኂኃኄኅኆኇኈኊኋኌኍነኑኒናኔንኖኗኘኙኚኛኜኝኞኟከኩኪካኬክኮኯኰኲኳኴኵኸኹኺኻኼኽኾዀዂዃዄዅዘዙዚዛዜዝዞዟዠዡዢዣዤዥዦዧደዱዲዳዴድዶዷዸዹዺዻዼዽዾዿጀጁጂጃጄጅጆጇገጉጊጋጌግጎጏጐጒጓጔጕጘጙጚጛጜጝጞጟጠጡጢጣጤጥጦጧጨጩጪጫጬጭጮጯጰጱጲጳጴጵጶጷጸጹጺጻጼጽጾጿፀፁፂፃፄፅፆፇፈፉፊፋፌፍፎፏፐፑፒፓፔፕፖፗፘፙፚ፩፪፫፬፭፮፯፰፱កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមរលវឝឞសឡអឣឤឥឦឧឨឩឪឫឬឭឮឯឰឱឲឳំៗៜ០១២៣៤៥៦៧៨៩かがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのばぱびぴぶぷべぺぼぽまみむめもらりるれろんゔゕゖゝゞゟカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノバパビピブプベペボポマミムメモラリルレロンヴヵヶヷヸヹヺヽヾヿ ''`aehiouwyÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝàáâãäåæèéêëìíîïòóôõöøùúûüýÿĀāĂăĄąĒēĔĕĖėĘęĚěĤĥĨĩĪīĬĭĮįİıŌōŎŏŐőŒœŨũŪūŬŭŮůŰűŲųŴŵŶŷŸƠơƯưǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǡǢǣǪǫǬǭǺǻǼǽǾǿȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȔȕȖȗȞȟȦȧȨȩȪȫȬȭȮȯȰȱȲȳʾʿ̴̵̶̷̸̡̢̧̨̛̖̗̘̙̜̝̞̟̠̣̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄̅̆̇̈̉̊̋̌̍̎̏̐̑̒̓̔̽̾̿̀́͂̓̈́͆͊͋͌̕̚ͅ͏͓͔͕͖͙͚͐͑͒͗͛ͣͤͥͦͧͨͩͪͫͬͭͮͯ͘͜͟͢͝͞͠͡ͺ΄΅ΆΈΉΊΌΎΏΐΑΕΗΙΟΥΩΪΫάέήίΰαεηιουωϊϋόύώϒϓϔϵЀЁЄІЇЍЎАЕИЙОУЪЫЬЭЮЯаеийоуъыьэюяѐёєіїѝў҃҄҅҆҇ҮүҰұҲҳҺһӐӑӒӓӖӗӘәӚӛӢӣӤӥӦӧӨөӪӫӬӭӮӯӰӱӲӳӸӹԱԵԷԸԻՀՅՈՒՕաեէըիհյուօևְֱֲֳִֵֶַָׇֹֺֻּֽֿׁׂ֑֖֛֢֣֤֥֦֧֪ׅ֚֭֮֒֓֔֕֗֘֙֜֝֞֟֠֡֨֩֫֬֯ׄאהיעؘؙؚؐؑؒؓؔؕؖؗءآأؤإئاةحعهوىيًٌٍَُِّْٰٕٖٜٟٓٔٗ٘ٙٚٛٝٞٱھہۂۃیےۓۣ۪ۭۖۗۘۙۚۛۜ۟۠ۡۢۤۧۨ۫۬ऀँःऄअआइईउऊऍऎएऐऑऒओऔयहऺऻ़ािीुूॅॆेैॉॊोौ्ॎॏ॒॑॓॔ॕॖॗय़।॥॰ॲॳॴॵॶॷॺঁঃঅআইঈউঊএঐওঔযহ়ািীুূেৈোৌ্ৗয়৲৳৴৵৶৷৸৹৺৻৽৾ਁਂਃਅਆਇਈਉਊਏਐਓਔਯਹ਼ਾਿੀੁੂੇੈੋੌ੍ੑੰੱੵ੶ઁઃઅઆઇઈઉઊઍએઐઑઓઔયહ઼ાિીુૂૅેૈૉોૌ્૰૱ૺૻૼ૽૾૿ଁଃଅଆଇଈଉଊଏଐଓଔଯହ଼ାିୀୁୂେୈୋୌ୍୕ୖୗୟ୰ୱ୲୳୴୵୶୷அஆஇஈஉஊஎஏஐஒஓஔயஹாிீுூெேைொோௌ்ௗ௰௱௲௳௴௵௶௷௸௹௺ఀఁఃఅఆఇఈఉఊఎఏఐఒఓఔయహ఼ాిీుూెేైొోౌ్ౕౖ౷౸౹౺౻౼౽౾౿ಁಃ಄ಅಆಇಈಉಊಎಏಐಒಓಔಯಹ಼ಾಿೀುೂೆೇೈೊೋೌ್ೕೖഁഃഅആഇഈഉഊഎഏഐഒഓഔയഹ഻഼ാിീുൂെേൈൊോൌ്൏ൕൗ൘൙൚൛൜൝൞ൟ൰൱൲൳൴൵൶൷൸൹ඁඃ්෴ะัาำิีึืฺุู฿เแโ็่้๊๋์ํ๎๏๚๛ຢວອະາຳິີຶື຺ຸູເແໂໃໄ່້໊໋໌ໍ༁༂༃༄༅༆༇༈༉༊་༌།༎༏༐༑༒༓༔༕༖༗༘༙༚༛༜༝༞༟༪༫༬༭༮༯༰༱༲༳༴༵༶༷༸༹༺༻༼༽༾༿ཝཡཧཨཱཱཱིིུུྲྀཷླྀཹེཻོཽཾཿ྄ཱྀྀྂྃ྅྆྇ྍྎྏྐྑྒྒྷྔྕྖྗྙྚྛྜྜྷྞྟྠྡྡྷྣྤྥྦྦྷྨྩྪྫྫྷྭྮྯྰྱྲླྴྵྶྷྸྐྵྺྻྼ྾྿࿀࿁࿂࿃࿄࿅࿆࿇࿈࿉࿊࿋࿌࿎࿏࿐࿑࿒࿓࿔࿙࿚ယဝဟအဢဣဤဥဦဧဨဩဪါာိီုူေဲဳဴ့း္်ျြွှ၊။၌၍၎၏ၞၟၠၢၣၤၧၨၩၪၫၬၭၯၱၲၳၴႁႂႃႄႆႇႈႉႊႋႌႍႏႚႛႜႝ႞႟აეიოუჰᄋ하ᅢᅣᅤᅥᅦᅧᅨᅩᅪᅫᅬᅭᅮᅯᅰᅱᅲᅳᅴᅵᆧᇂሀሁሂሃሄህሆሇሐሑሒሓሔሕሖሗአኡኢኣኤእኦኧወዉዊዋዌውዎዏዐዑዒዓዔዕዖየዩዪያዬይዮዯ፝፞፟፠፡።፣፤፥፦፧፨፲፳፴፵፶፷፸፹፺፻፼យហ឴឵ាិីឹឺុូួើឿៀេែៃោៅះៈ៉៊់៌៍៎៏័៑្៓។៕៖៘៙៚៛៝៰៱៲៳៴៵៶៷៸៹‌‍ぁあぃいぅうぇえぉおはひふへほゃやゅゆょよゎわゐゑをァアィイゥウェエォオハヒフヘホャヤュユョヨヮワヰヱヲ・', 'pzrkbk cdntscdntccccccccddddggggggggzzzzkkrrrrrrrrrrnnnnnnrrrrrrssssssssttttzzzzzzsdddrrrnnnggkkzdddggnnrrrrsstt;bgdztkrmnkprstpcpbgdztkrmnkprsstpcpbtppkrstsdgdzrnckdbbgdzzkrmnprstpktcssbbgdzzkrmnprstpktcssdgdzrnckdggggkknnzzzzzzzzccbgdztzrktkdgcmnscpzrsbtrtpkpbgdztzrktkdgcmnscpzrsbtrtpkpbgdbzktkkrmmnnsppttkrstbttzkddrzsssdtzgpkkrmntpcdrzkgnnrrkkggncczznttddnttddnnppbbmrrrrrbsssbrrmkkgzddprrrr0123456789ddzgzsdbnnrrkkggncczznttddnttddnppbbmrrsssbrrtddrrrr0123456789ddnkkggncczznttddnttddnppbbmrrrbsskgzrp0123456789rrnnrrkkggncczznttddnttddnppbbmrrrbsssbrrmrrrr0123456789znrrkkggncczznttddnttddnppbbmrrrbsssbrrddrrrr0123456789nbknczntntnnpmrrrrrbsssm0123456789nnrrkkggncczznttddnttddnppbbmrrrrrbsssbrrtdrprrrr0123456789cnrrkkggncczznttddnttddnppbbmrrrrbsssbrrpprrrr0123456789zpnnnrrkkggncczznttddnttddnnppbbmrrrrrbssstbrrrmrrrrr0123456789nnrrrknnnnnnnnnrrrrnnnnnnkkggngcczznnzttddndttddndppbbmbnrrbsssnrprddssppgkkdrrgg0123456789ggkkkkkrncccscncptnpndttttnbpppppsmkrrrrnsrspcnnpmmrm0123456789kstgncctznnttddndtstdnbpsttsbmrrssssrtrkkrnr0123456789ssgnm0123456789kkggnccznttddnttddnppbbmttddzz-rrssskrkrccrrckkggncczznnttddnttddnppbbmrrsrbns0123456789ssrrrrrrrrnzbbstpngkkgczndnppbtbp0123456789bgdbztkrmnpzrstpkgksctdtckznggnddrmbbsszzcktpgggnnndrrrrrrrrmbbssnzcktprrrrrrrrmmmmmmmmssssssssrrrrrrrrsssssssssssssssskkkkkkkkkkkkkkkkkkkkkkkkkbbbbbbbbbbbbbbbbttttttttcccccccckkkkkkkkkkkkknnnnnnnnnnnnnnnnkkkkkkkkkkkkkkkkkkkkkkkkkzzzzzzzzzzzzzzzzddddddddddddddddzzzzzzzzgggggggggggggggggggggttttttttccccccccppppppppttttttttttttttttpppppppppppppppprmp123456789kkkknccccndtdtnttttnbpppmrrbsssrkkkkkkkkkrrrrkkntkntb0123456789kgkgkgkgkgszszszszsztdtdttdtdtdnnnnnbpbpbpbpbpmmmmmrrrrrnbkkmmrkgkgkgkgkgszszszszsztdtdttdtdtdnnnnnbpbpbpbpbpmmmmmrrrrrnbkkbbbbmmk')
    FROM (
        SELECT letter, place, lag(letter) OVER (ORDER BY place) AS before
        FROM unnest(string_to_array(normalize(lower(written), NFKD), NULL))
            WITH ORDINALITY AS letters (letter, place)
    ) AS pairs
$$;

-- The web site of an address: its host, and the first part of the path where many share a host. As
-- `website_of` in orgs/matching/comparison.py has it, but for that: there are too many hosts to list here.
CREATE FUNCTION host_of(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT substring(lower(url) FROM '^https?://(?:[^/@]*@)?(?:www[0-9]?\.)?([^/:?#]+)')
$$;

-- An identifier as a filter has it (scheme:value), without what people leave out: leading zeros,
-- hyphens, spaces.
CREATE FUNCTION bare_identifier(named text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT split_part(named, ':', 1) || ':'
        || ltrim(regexp_replace(substr(named, strpos(named, ':') + 1), '[^a-z0-9]', '', 'g'), '0')
$$;

-- Kept beside the names, for it is slow work; only where they are not in Latin letters, since the
-- others are found by their letters as they are.
ALTER TABLE orgs_entry ADD COLUMN bones text GENERATED ALWAYS AS (
    CASE WHEN octet_length(names) <> char_length(names) THEN bones(names) END) STORED;
CREATE INDEX entry_bones ON orgs_entry USING gin (bones gin_trgm_ops);
CREATE INDEX facet_identifier ON orgs_facet (bare_identifier(value)) WHERE filter = 'identifier';
CREATE INDEX link_host ON orgs_link (host_of(url)) WHERE retired IS NULL AND tier = 0 AND holds;

-- Entries of a kind with a name much like this one, the likest first: all letters, or the bones.
CREATE FUNCTION named_nearly(asked_kind text, name text, most int) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.6 SET enable_seqscan = off AS $$
    SELECT id FROM orgs_entry
    WHERE names %> name AND kind = asked_kind AND state = 'published'
    ORDER BY names <->> name, abs(length(names) - length(name)), id LIMIT most
$$;
CREATE FUNCTION sounding_like(asked_kind text, sound text, most int) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.6 SET enable_seqscan = off AS $$
    SELECT id FROM orgs_entry
    WHERE bones %> sound AND kind = asked_kind AND state = 'published'
    ORDER BY bones <->> sound, id LIMIT most
$$;
