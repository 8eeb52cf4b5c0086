"""Word lists in several languages, in lower case, for the comparison of names.

None is about one organization. Legal forms are left out of a comparison; a common word counts less
than a rare one; words that distinguish sister organizations, such as places, directions and
numbers, count against two names that differ in them.
"""


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LEGAL_FORMS = """
ab / ag / akg / aktiengesellschaft / aktiebolag / ano / ao / as / asbl / aps / asociacion civil
ac / aktieselskab / bv / bvba / besloten vennootschap / co / company / cooperativa / corp
corporation / cia / compania / ev / eingetragener verein / ei / eurl / gbr / gmbh
gesellschaft mit beschrankter haftung / ggmbh / gemeinnutzige gmbh / ong / onlus / ngo / npo
iap / inc / incorporated / incorporation / jsc / joint stock company / ojsc
open joint stock company / oao / pjsc / public joint stock company / cjsc
closed joint stock company / zao / pao / ooo / limited liability company / llc / llp / lp / ltd
limited / limited liability partnership / limited partnership / ltda / limitada / lllp / kk
kg / na / national association / nv / naamloze vennootschap / oy / oyj / osk / plc
public limited company / private limited / pte / pt / pty / pvt / sa / sa de cv
sociedad anonima / sociedad anonima de capital variable / societe anonyme / sas / sarl
societe a responsabilite limitee / sc / se / sl / slu / sociedad limitada / spa / sp z oo
sp zoo / spzoo / sprl / srl / societatea cu raspundere limitata / sro
societa a responsabilita limitata / общество с ограниченной ответственностью
акционерное общество / публичное акционерное общество / автономная некоммерческая организация
общественная организация / 501c3 / 501 c 3 / vzw / stichting / zrt / kft / pty ltd / co ltd
sab de cv
"""
"""Legal forms, each as it is written out or shortened, between slashes, in any script."""

FUNCTION_WORDS = word_set(
    """
    a al and at d da das de del della delle des di do dos du e el en et f for fur i il in la
    las le les lo los l o of on och og or para per por pour s sur the to u un una und van von
    vor y z za
    """
)
"""Words that only connect others."""

COMMON = word_set(
    """
    academy action agency alliance alianza allied aid ayuda asilo assistance asociacion assoc
    association associazione associacao associates board bund bureau business buro capital
    care casa catholic center centre centro charities charity church city civic civil club
    coalicion coalition college comite commission committee community comunidad comunitario
    comunitaria confederacion confederation congress consejo convention cooperative
    coordinadora council cultural culture defense department development diaspora distrito
    division domestic economic education educational empleadas employment enterprise
    enterprises families family federacion federation federazione fondation fondo forum foro
    foundation frente front fund fundacion fundacao fundation general global group groupe
    grupo health help hermandad hogar holding holdings home house housing human humanas
    iglesia immigrant immigrants immigration industries industry initiative iniciativa
    institute instituto interfaith international internacional internationale jewish justice
    justicia labor latino latina law lega league legal liga local lutheran management mesa
    migracion migraciones migrant migrante migrantes migrants migration ministries ministry
    mission movement movimiento mujeres muslim national nacional network niños office oficina
    organisation organisations organization organizations organizacion organizaciones outreach
    partners partnership pastoral people peoples popular program programa programme project
    proyecto public red refuge refugee refugees refugiados region regional relief research
    resettlement resource resources rights derechos school seccion sector secretariat service
    services servicios servicio sindicato sisters social society sociedad solidarity
    solidaridad solutions state support survivors system task team technology trabajadores
    trabajadoras training trust union unido unidos united university verband verein volunteer
    volunteers welfare women womens work worker workers working world youth stiftung
    consortium laboratory laboratories lab royal american european asian african asia europe
    africa america
    """
)
"""Words in the names of many organizations, which identify none."""

DIRECTIONS = word_set(
    """
    north south east west northern southern eastern western northeast northwest southeast
    southwest central upper lower norte sur este oeste oriente occidente occidental oriental
    nord sud ouest est sued ost
    """
)
"""Words that distinguish sister organizations."""

CANONICAL_WORDS = {
    "intl": "international",
    "int": "international",
    "natl": "national",
    "nat": "national",
    "assn": "association",
    "assoc": "association",
    "asoc": "asociacion",
    "dept": "department",
    "depto": "departamento",
    "ctr": "center",
    "cntr": "center",
    "centre": "center",
    "univ": "university",
    "org": "organization",
    "orgs": "organization",
    "organisation": "organization",
    "organisations": "organization",
    "organizations": "organization",
    "labour": "labor",
    "programme": "program",
    "defence": "defense",
    "fdn": "foundation",
    "govt": "government",
    "comm": "committee",
    "svc": "services",
    "svcs": "services",
    "service": "services",
    "st": "saint",
    "mt": "mount",
    "us": "usa",
    "tv": "television",
    "bros": "brothers",
    "refugees": "refugee",
    "immigrants": "immigrant",
    "migrants": "migrant",
    "migrantes": "migrante",
    "workers": "worker",
    "charities": "charity",
    "ministries": "ministry",
    "womens": "women",
    "woman": "women",
    "families": "family",
    "churches": "church",
    "peoples": "people",
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
    "fifth": "5",
    "1st": "1",
    "2nd": "2",
    "3rd": "3",
    "4th": "4",
    "5th": "5",
}
"""Abbreviations and spelling variants, each with its canonical word."""

PHRASES = {
    "united states of america": "usa",
    "united states": "usa",
    "estados unidos": "usa",
    "united kingdom": "uk",
    "great britain": "uk",
    "new york": "newyork",
    "los angeles": "losangeles",
    "san diego": "sandiego",
    "san francisco": "sanfrancisco",
    "saint paul": "saintpaul",
    "saint louis": "saintlouis",
    "hong kong": "hongkong",
}
"""Phrases, each with the one word that replaces it."""

UNITS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen
"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {
    **{word: number for number, word in enumerate(UNITS.split())},
    **{word: 10 * number for number, word in enumerate(TENS.split(), 2)},
    "fourty": 40,
}
"""Numbers in words; in names they are more often English than not."""

NUMBERED = word_set(
    """
    local lokal chapter section seccion branch lodge post district distrito zone region unit
    no number numero filial capitulo grupo
    """
)
"""Words before the number of one of several organizations, such as a local."""

STATES = word_set(
    """
    afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan
    bahamas bahrain bangladesh barbados belarus belgium belize benin bhutan bolivia bosnia
    botswana brazil brunei bulgaria burundi cambodia cameroon canada chad chile china colombia
    comoros congo croatia cuba cyprus czechia denmark djibouti dominica ecuador egypt eritrea
    estonia eswatini ethiopia fiji finland france gabon gambia georgia germany ghana greece
    grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq
    ireland israel italy jamaica japan jordan kazakhstan kenya kiribati kuwait kyrgyzstan laos
    latvia lebanon lesotho liberia libya liechtenstein lithuania luxembourg madagascar malawi
    malaysia maldives mali malta mauritania mauritius mexico micronesia moldova monaco
    mongolia montenegro morocco mozambique myanmar namibia nauru nepal netherlands nicaragua
    niger nigeria norway oman pakistan palau palestine panama paraguay peru philippines poland
    portugal qatar romania russia rwanda samoa senegal serbia seychelles singapore slovakia
    slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania
    thailand togo tonga tunisia turkey turkmenistan tuvalu uganda uk ukraine uruguay usa
    uzbekistan vanuatu venezuela vietnam yemen zambia zimbabwe hongkong macao alemania belgica
    brasil camboya espana estadosunidos etiopia filipinas francia grecia hungria irlanda
    italia japon kenia libano marruecos nederland polonia rusia suecia suiza alabama alaska
    arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois
    indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota
    mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee
    texas utah vermont virginia washington wisconsin wyoming afghan albanian american arab
    armenian australian bangladeshi bolivian brazilian burmese cambodian canadian chilean
    chinese colombian congolese cuban dominican dutch ecuadorian egyptian eritrean ethiopian
    filipino french german ghanaian greek guatemalan haitian honduran indian indonesian
    iranian iraqi irish italian jamaican japanese kenyan korean kurdish laotian lebanese
    liberian mexican moroccan nepalese nepali nicaraguan nigerian pakistani palestinian
    paraguayan peruvian polish portuguese romanian russian salvadoran senegalese somali
    spanish sudanese swedish syrian thai tibetan tunisian turkish ukrainian venezuelan
    vietnamese
    """
)
"""States, their parts and peoples, in one word: two names that differ in one belong to two
organizations."""
