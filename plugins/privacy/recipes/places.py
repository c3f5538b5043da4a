"""Places, organisations and peoples, written for this project."""

from __future__ import annotations

CITIES = """
London|Manchester|Leeds|Bristol|Cardiff|Glasgow|Edinburgh|Belfast|Dublin|Cork|Galway|Paris|Lyon|Marseille|Lille|Nantes|Berlin|Hamburg|
Munich|Cologne|Dresden|Leipzig|Stuttgart|Vienna|Graz|Zurich|Geneva|Basel|Rome|Milan|Naples|Turin|Palermo|Madrid|Barcelona|Valencia|
Seville|Lisbon|Porto|Brussels|Antwerp|Ghent|Amsterdam|Rotterdam|Utrecht|Copenhagen|Aarhus|Oslo|Bergen|Stockholm|Gothenburg|Malmö|
Helsinki|Tampere|Turku|Reykjavik|Akureyri|Kópavogur|Tallinn|Tartu|Riga|Vilnius|Warsaw|Kraków|Gdańsk|Prague|Brno|Bratislava|Budapest|
Debrecen|Szeged|Bucharest|Cluj-Napoca|Sofia|Plovdiv|Belgrade|Novi Sad|Zagreb|Split|Ljubljana|Maribor|Sarajevo|Tirana|Athens|
Thessaloniki|Istanbul|Ankara|Izmir|Moscow|Saint Petersburg|Kazan|Kyiv|Lviv|Odesa|Minsk|Tbilisi|Yerevan|Baku|Cairo|Alexandria|Tunis|
Casablanca|Rabat|Algiers|Lagos|Abuja|Ibadan|Accra|Kumasi|Dakar|Abidjan|Nairobi|Mombasa|Kampala|Kigali|Addis Ababa|Asmara|Dar es Salaam|
Lusaka|Harare|Johannesburg|Cape Town|Durban|Pretoria|Luanda|Beirut|Damascus|Amman|Jerusalem|Tel Aviv|Haifa|Baghdad|Basra|Tehran|Shiraz|
Isfahan|Riyadh|Jeddah|Dubai|Doha|Muscat|Karachi|Lahore|Islamabad|Delhi|Mumbai|Bangalore|Chennai|Kolkata|Hyderabad|Pune|Jaipur|Kochi|
Colombo|Dhaka|Kathmandu|Beijing|Shanghai|Shenzhen|Guangzhou|Chengdu|Wuhan|Hong Kong|Taipei|Kaohsiung|Seoul|Busan|Incheon|Tokyo|Osaka|
Kyoto|Sapporo|Nagoya|Hanoi|Da Nang|Bangkok|Chiang Mai|Manila|Cebu|Jakarta|Surabaya|Kuala Lumpur|Penang|Singapore|Sydney|Melbourne|
Brisbane|Perth|Adelaide|Hobart|Auckland|Wellington|Christchurch|Suva|New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|
San Antonio|San Diego|Dallas|Austin|San Jose|Columbus|Charlotte|Indianapolis|Seattle|Denver|Boston|Nashville|Detroit|Portland|Memphis|
Louisville|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno|Sacramento|Kansas City|Atlanta|Omaha|Miami|Oakland|Minneapolis|Tulsa|Tampa|
New Orleans|Cleveland|Honolulu|Anchorage|Boise|Des Moines|Spokane|Baton Rouge|Salt Lake City|Little Rock|Fargo|Sioux Falls|Santa Fe|
Kenosha|Peoria|Duluth|Topeka|Wichita|Lubbock|El Paso|Amarillo|Toronto|Montreal|Vancouver|Calgary|Ottawa|Winnipeg|Halifax|Quebec City|
Mexico City|Guadalajara|Monterrey|Puebla|Havana|Kingston|Port-au-Prince|San Juan|Bogotá|Medellín|Cali|Caracas|Quito|Guayaquil|Lima|
Cusco|La Paz|Santiago|Valparaíso|Buenos Aires|Córdoba|Rosario|Montevideo|Asunción|São Paulo|Rio de Janeiro|Brasília|Salvador|Recife|
Brigham City|Fall River|Eagle Pass|Green Bay|Red Oak|Cedar Falls|Twin Lakes|Rock Springs|Grand Forks|Bad Homburg|Sankt Pölten|
Saint-Denis|Aix-en-Provence|Villeneuve|Sainte-Foy|Stratford-upon-Avon|Kingston upon Hull|Newcastle|Market Harborough|Llanelli|Inverness
"""
COUNTRIES = """
Afghanistan|Albania|Algeria|Argentina|Armenia|Australia|Austria|Azerbaijan|Bangladesh|Belarus|Belgium|Bolivia|Bosnia and Herzegovina|
Botswana|Brazil|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Chad|Chile|China|Colombia|Costa Rica|Croatia|Cuba|Cyprus|
Czech Republic|Denmark|Dominican Republic|Ecuador|Egypt|El Salvador|Eritrea|Estonia|Ethiopia|Fiji|Finland|France|Gabon|Georgia|Germany|
Ghana|Greece|Guatemala|Guinea|Haiti|Honduras|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|
Jordan|Kazakhstan|Kenya|Kosovo|Kuwait|Latvia|Lebanon|Liberia|Libya|Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|Mali|Malta|Mexico|
Moldova|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Macedonia|
Norway|Oman|Pakistan|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal|Qatar|Romania|Russia|Rwanda|Saudi Arabia|Senegal|
Serbia|Sierra Leone|Singapore|Slovakia|Slovenia|Somalia|South Africa|South Korea|Spain|Sri Lanka|Sudan|Sweden|Switzerland|Syria|Taiwan|
Tanzania|Thailand|Togo|Tunisia|Turkey|Uganda|Ukraine|United Arab Emirates|United Kingdom|United States|Uruguay|Uzbekistan|Venezuela|
Vietnam|Yemen|Zambia|Zimbabwe|USA|UK|UAE|Greenland|Aruba|Bermuda|Gibraltar|Guam|Puerto Rico|Macau|Andorra|Monaco|San Marino|
Faroe Islands|Isle of Man|Cape Verde|Cook Islands|Saint Lucia|Trinidad and Tobago|Antigua and Barbuda|Djibouti|Lesotho|Bhutan|Brunei
"""
STATES = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|
Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|
New Mexico|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|
Vermont|Virginia|West Virginia|Wisconsin|Wyoming|Ontario|Quebec|British Columbia|Bavaria|Saxony|Tuscany|Normandy|Catalonia|Andalusia|
Yorkshire|Kent|Cornwall|Wales|Scotland|Queensland|Victoria|New South Wales|Punjab|Kerala|Gujarat|Sichuan|Hokkaido|Lombardy|Gotland
"""
PEOPLES = """
American|British|English|Scottish|Welsh|Irish|French|German|Austrian|Swiss|Italian|Spanish|Portuguese|Dutch|Belgian|Danish|Swedish|
Norwegian|Finnish|Icelandic|Estonian|Latvian|Lithuanian|Polish|Czech|Slovak|Hungarian|Romanian|Bulgarian|Serbian|Croatian|Slovenian|
Bosnian|Albanian|Greek|Turkish|Russian|Ukrainian|Belarusian|Georgian|Armenian|Egyptian|Moroccan|Tunisian|Algerian|Nigerian|Ghanaian|
Kenyan|Ethiopian|Eritrean|Somali|South African|Zimbabwean|Lebanese|Syrian|Jordanian|Israeli|Iraqi|Iranian|Saudi|Pakistani|Indian|
Bangladeshi|Sri Lankan|Nepali|Chinese|Taiwanese|Korean|Japanese|Vietnamese|Thai|Filipino|Indonesian|Malaysian|Australian|New Zealander|
Canadian|Mexican|Cuban|Jamaican|Haitian|Colombian|Venezuelan|Peruvian|Chilean|Argentinian|Brazilian|Bolivian|Uruguayan|Maltese|Cypriot|
Muslim|Jewish|Christian|Catholic|Protestant|Hindu|Buddhist|Sikh|Mormon|Orthodox|Lutheran|Methodist|Kurdish|Roma|Basque|Catalan|
Democrat|Republican|Conservative|Socialist|Liberal|Communist|Americans|Germans|Italians|Mexicans|Russians|Muslims|Jews|Catholics
"""
ORG_HEADS = """
Northwind|Harrow|Bluestone|Vantage|Meridian|Lakeshore|Ironbridge|Silverline|Granite|Sunrise|Redwood|Keystone|Falcon|Horizon|Pinnacle|
Beacon|Cobalt|Crestview|Evergreen|Summit|Anchor|Orion|Apex|Zenith|Cascade|Riverside|Oakmont|Maple Leaf|Golden Gate|Nordic|Atlantic|
Pacific|Global|United|National|First|General|Allied|Central|Royal|Imperial|Delta|Omega|Alpha|Quantum|Stellar|Nova|Helix|Vertex|Fusion|
Braxton|Halloran|Whitlock|Castellan|Tessmer|Varga|Okoro|Lindholm|Zeller|Petrosyan|Mbeki|Rahimi|Duarte|Vogt|Kessler|Calloway|Brightwater
"""
ORG_TAILS = """
Inc|Inc.|Corp|Corp.|Corporation|Ltd|Ltd.|Limited|LLC|LLP|PLC|GmbH|AG|S.A.|SpA|BV|Oy|AB|Group|Holdings|Partners|Industries|Logistics|
Systems|Software|Technologies|Solutions|Consulting|Insurance|Bank|Capital|Energy|Foods|Motors|Airlines|Pharma|Pharmaceuticals|Media|
Electronics|Telecom|Shipping|Textiles|Hardware|Markets|Stores|Supermarkets|Records|Studios|Ventures|Securities|Trust|Savings|Laboratories
"""
ORG_PATTERNS = """
University of {city}|{city} University|{city} General Hospital|St. {first} Hospital|{city} City Council|Bank of {country}|
{last} & {last}|{last} and Sons|{last}, {last} and {last}|{last}, {last} and {last}|{last}-{last}|{head} {word}|{word} {tail}|{word} and {word}|{word}{word}|{word} {word} {tail}|
{last}, {last} & {last}|{last} Brothers|{head} {tail}|{head} {tail}|{head} {tail}|{head} {tail} {tail}|
{head}|{head}{tail}|{last} {tail}|{city} {tail}|The {head} Group|{head} & {last}|{head}-{head}|Institute of {field}|Ministry of {field}|
Department of {field}|{country} Red Cross|{city} Police Department|{city} High School|{last} Foundation|{city} Football Club|
Friends of the {field}|{head} Air|{head}Soft|{head}Tech|{last}'s Diner|{first}'s Bakery|The {first} Hotel|{acronym}|{acronym} {tail}
"""
FIELDS = "Health|Justice|Finance|Education|Transport|Technology|the Interior|Agriculture|Energy|Labour|Forests|Earth|Music|Art"
STREET_NAMES = """
Main|High|Church|Park|Oak|Maple|Elm|Mill|Station|Victoria|Lake|River|Hill|Cedar|Pine|Walnut|Chestnut|Spring|Washington|Lincoln|Jefferson|
Sunset|Prospect|Meadow|Orchard|Bridge|School|Queens|Kings|North|South|West|East|Market|College|Canal|Garden|Grove|Harbour|Abbey|Castle|
Highland|Valley|Forest|Ridge|Stonewall|Hawthorn|Fairview|Franklin|Jackson|Monroe|Madison|Clover|Cottonwood|Willow Creek|Old Mill|Stone Ridge
"""
STREET_ENDS = "Street|St|St.|Road|Rd|Rd.|Avenue|Ave|Ave.|Lane|Drive|Dr|Dr.|Boulevard|Blvd|Court|Place|Square|Terrace|Way|Close|Crescent|Trail"
STREET_SUFFIXES = """
Alley|Annex|Arcade|Bayou|Beach|Bend|Bluff|Branch|Bridge|Brook|Bypass|Canyon|Cape|Causeway|Center|Cliffs|Common|Corners|Cove|Coves|Creek|
Crest|Crossing|Curve|Dale|Divide|Estates|Expressway|Extension|Falls|Ferry|Fields|Flats|Ford|Forge|Forks|Fort|Freeway|Gateway|Glen|Green|
Harbor|Haven|Heights|Hills|Hollow|Inlet|Island|Isle|Junction|Keys|Knolls|Lakes|Landing|Lock|Locks|Lodge|Loop|Mall|Manor|Manors|Meadows|
Mills|Mission|Mount|Mountain|Neck|Oval|Park|Parks|Parkway|Pass|Passage|Path|Pike|Pines|Plains|Plaza|Point|Points|Port|Prairie|Ramp|Ranch|
Rapids|Rest|Ridges|River|Route|Row|Run|Shoals|Shores|Springs|Spur|Spurs|Station|Stream|Summit|Throughway|Trace|Track|Tunnel|Turnpike|
Union|Unions|Valley|Viaduct|View|Views|Village|Ville|Vista|Walk|Walks|Wall|Wells
"""
GREEK = """
Αθηνών|Πατησίων|Ερμού|Σταδίου|Κηφισίας|Αλεξάνδρας|Βενιζέλου|Μεγάλου Αλεξάνδρου|Λεωφόρος Συγγρού|Πλατεία Κάνιγγος|Αγίου Δημητρίου|Ομήρου
"""
FOREIGN_STREETS = """
Rue de {x} {n}|{n} rue du {x}|{n}, avenue de la {x}|Via {x} {n}|Via {x}, {n}|Viale {x} {n}|Piazza {x} {n}|Calle {x} {n}|C/ {x}, {n}|
Avenida {x} {n}|Plaza {x}, {n}|Rua {x} {n}|Rua {x}, {n}|{x}strasse {n}|{x}straße {n}|{x}str. {n}|{x}gasse {n}|Am {x} {n}|{x}weg {n}|
{x}straat {n}|{x}laan {n}|{x}gatan {n}|{x}vägen {n}|{x}veien {n}|{x}gade {n}|{x}vej {n}|{x}katu {n}|{x}tie {n}|{x} utca {n}.|{x} tér {n}.|
{x} út {n}.|{n} {x} utca|ul. {x} {n}|ulica {x} {n}|{x} {n}|{x}ova {n}|ul. {x}a {n}/{n}|Ulitsa {x} {n}|{x} mnt {n}|{x} tn {n}|{x}götu {n}|
{x}vegur {n}|{x} caddesi {n}|{n} {x} Marg|{x} Nagar {n}|{n} {x}-dori|Jalan {x} {n}|{n} Đường {x}|Odos {x} {n}|{x}ών {n}|{x}ου {n}|{x} köz {n}.|{n} {x} rkp. {n}.|{x} dvor {n}|{x} cesta {n}|Náměstí {x} {n}|{x} nám. {n}|{x}plein {n}|{x}kade {n}|Chaussée de {x} {n}|
{x}platz {n}|{x}allee {n}|{x}brücke {n}|{x}vænget {n}|{x}bakken {n}|{x}gränd {n}|{x}kuja {n}|Os. {x} {n}|al. {x}ego {n}|Str. {x} {n}|Carrer de {x}, {n}|
Travessa do {x} {n}|Largo {x} {n}|Corso {x} {n}|Strada {x} {n}|Cité {x}|Rue {x}|Rue Al {x}|Sokak {x} {n}|Bulevar {x} {n}|Bul. {x} {n}|{x}braut {n}
"""

WORK_FIELDS = """
fire|sales|marketing|software|network|aircraft|medical|dental|legal|tax|insurance|construction|warehouse|night|school|kitchen|tower|
police|prison|bank|payroll|railway|bus|crane|forest|wind turbine|machine|textile|printing|food|water|waste|claims|benefits|training|
library|museum|hotel|travel|ticket|event|music|art|dance|speech|physical|data|research|quality|safety|security|systems|loan|estate
"""
WORKERS = """
engineer|manager|technician|operator|clerk|assistant|specialist|inspector|officer|analyst|consultant|supervisor|attendant|administrator|
coordinator|instructor|therapist|scientist|designer|planner|adviser|agent|driver|guard|mechanic|worker|keeper|representative|director
"""
OCCUPATIONS = """
nurse|midwife|carpenter|plumber|electrician|baker|butcher|barber|surgeon|dentist|pharmacist|veterinarian|architect|accountant|auditor|
lawyer|judge|paralegal|teacher|professor|librarian|journalist|editor|translator|photographer|actor|singer|dancer|painter|sculptor|chef|
cook|waiter|bartender|farmer|fisherman|gardener|miner|welder|tailor|shoemaker|locksmith|roofer|bricklayer|firefighter|paramedic|pilot|
flight attendant|soldier|postman|courier|cashier|receptionist|secretary|economist|statistician|physicist|chemist|biologist|geologist|
psychologist|social worker|optician|radiographer|podiatrist|undertaker|detective|lifeguard|referee|stockbroker|actuary|bookkeeper
"""


def listed(text: str) -> list[str]:
    """The entries of a table."""
    return [entry.strip() for entry in text.replace("\n", "").split("|") if entry.strip()]
